import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'

/** Who did it. `engine` is Sluice itself. */
export interface Actor {
  readonly kind: 'engine' | 'person' | 'key'
  readonly id: string
  readonly name: string
}

export const engineActor: Actor = { kind: 'engine', id: 'engine', name: 'Sluice' }

/** What happened to what; everything that a decision, an audit or a history has to tell. */
export interface EventInput {
  readonly actor: Actor
  readonly subject: { readonly kind: 'flag' | 'rollout' | 'key' | 'session' | (string & {}); readonly id: string }
  readonly action: string
  readonly from?: string | null
  readonly to?: string | null
  readonly why?: { readonly code: string; readonly sentence: string } | null
  readonly reason?: string | null
  readonly evidence?: unknown
  /** The environment's revision after it. */
  readonly revision?: number | null
}

export interface StoredEvent {
  readonly scope: string
  readonly seq: number
  readonly id: string
  readonly atMs: number
  readonly actor: Actor
  readonly subject: { readonly kind: string; readonly id: string }
  readonly action: string
  readonly from: string | null
  readonly to: string | null
  readonly why: { readonly code: string; readonly sentence: string } | null
  readonly reason: string | null
  readonly evidence: unknown
  readonly revision: number | null
  readonly previousHash: string
  readonly hash: string
}

/** The chain of what belongs to no environment, such as admin keys. */
export const installationScope = 'installation'

/** What a chain begins with. */
export const firstHash = '0'.repeat(64)

/** SHA-256 of the hash before and of the event as canonical JSON: neither can change without the next one noticing. */
export function hashEvent(event: StoredEvent): string {
  const content = { ...event, hash: undefined, previousHash: undefined }
  return createHash('sha256').update(event.previousHash).update(canonicalJson(content)).digest('hex')
}
