import type { KeyKind } from '@sluice/contract'

/** What the shell stores. Instants are milliseconds since 1970; JSON is text. */
export interface ShellTables {
  environments: EnvironmentTable
  flags: FlagTable
  segments: SegmentTable
  api_keys: ApiKeyTable
  sign_in_links: SignInLinkTable
  sessions: SessionTable
  event_chains: EventChainTable
  events: EventTable
  idempotency_keys: IdempotencyKeyTable
}

export interface EnvironmentTable {
  name: string
  /** Minted with the database: SDKs refuse a lower revision only within one epoch. */
  epoch: string
  revision: number
  created_at: number
}

export interface FlagTable {
  environment: string
  key: string
  version: number
  /** The environment's revision in which this flag last changed. */
  revision: number
  flag: string
  /** The mark of the rollout that owns one rule's share, as snapshots carry it. */
  rollout: string | null
  created_at: number
  updated_at: number
  /** A deleted flag's row stays, so that its versions never count from 1 again. */
  deleted_at: number | null
}

export interface SegmentTable {
  environment: string
  name: string
  version: number
  /** The environment's revision in which it last changed. */
  revision: number
  segment: string
  created_at: number
  updated_at: number
  /** A deleted segment's row stays, so that its versions never count from 1 again. */
  deleted_at: number | null
}

export interface ApiKeyTable {
  id: string
  kind: KeyKind
  environment: string | null
  name: string
  /** SHA-256 in hex; the secret itself is nowhere. */
  hash: string
  last4: string
  created_by: string
  created_at: number
  revoked_at: number | null
}

export interface SignInLinkTable {
  hash: string
  created_at: number
  expires_at: number
  used_at: number | null
}

export interface SessionTable {
  hash: string
  id: string
  name: string
  created_at: number
  last_used_at: number
}

/** The head of each environment's chain of events, and of one for what belongs to none. */
export interface EventChainTable {
  scope: string
  seq: number
  hash: string
}

export interface EventTable {
  scope: string
  seq: number
  id: string
  at: number
  actor_kind: string
  actor_id: string
  actor_name: string
  subject_kind: string
  subject_id: string
  action: string
  from_text: string | null
  to_text: string | null
  why_code: string | null
  why_sentence: string | null
  reason: string | null
  evidence: string | null
  revision: number | null
  previous_hash: string
  hash: string
}

export interface IdempotencyKeyTable {
  principal: string
  key: string
  request_hash: string
  /** Null while the first request is under way. */
  status: number | null
  body: string | null
  created_at: number
}
