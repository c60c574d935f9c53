import type { OnBreach, Plan, Stop } from '@sluice/core/rollout'

/** One server of the simulated world; a restarted one has a new name. */
export type NodeName = string

/** A rollout as a commit left it. */
export interface RolloutSeen {
  readonly id: string
  readonly flag: string
  readonly version: number
  readonly stage: number
  readonly share: number
  readonly attempt: number
  readonly visit: number
  /** Next block to be sealed. */
  readonly block: number
  readonly stoppedBy: Stop['by'] | null
  readonly ended: string | null
  /** Tells whole states apart. */
  readonly digest: string
  /** With the first version only. */
  readonly plan?: Plan
}

/** A flag as a commit left it. */
export interface FlagSeen {
  readonly key: string
  readonly version: number
  readonly revision: number
  readonly deleted: boolean
  readonly enabled: boolean
  /** Of the rule that rollouts move; null without it. */
  readonly share: number | null
  readonly salt: string | null
  /** The rollout that owns the share. */
  readonly owner: string | null
  /** Of a fixed set of units, those whom the sample gives the candidate: 1, else 0. */
  readonly sides: string
}

export interface EventSeen {
  readonly seq: number
  readonly id: string
  readonly actor: 'engine' | 'person' | 'key'
  readonly subject: { readonly kind: string; readonly id: string }
  readonly action: string
  readonly from: string | null
  readonly to: string | null
  readonly reason: string | null
  readonly revision: number | null
}

/** What the core makes of a sealed block when nothing stands between: the yardstick for what the server did. */
export interface Reference {
  readonly rollout: string
  /** First and last block it covers: more than one after a pause. */
  readonly fromBlock: number
  readonly block: number
  readonly flagEnabled: boolean
  /** Digest of the state it leads to. */
  readonly digest: string
  /** The severest proven breach that acts here. */
  readonly breach: Exclude<OnBreach, 'notify'> | null
  /** Rules that act here and lack a side's data, or show signs of harm; by rule and verdict. */
  readonly obstacles: readonly string[]
  /** Rows that are evidence, per arm; sealed in this block. */
  readonly rows: { readonly T: number; readonly C: number }
}

export type Entry = { readonly n: number; readonly at: number } & (
  | { readonly kind: 'node'; readonly node: NodeName; readonly what: 'starts' | 'is up' | 'crashes' }
  | { readonly kind: 'clock'; readonly byMs: number }
  | { readonly kind: 'world'; readonly what: string }
  | { readonly kind: 'fault'; readonly node: NodeName; readonly point: string; readonly how: string }
  | {
      readonly kind: 'request'
      readonly node: NodeName
      readonly token: string
      readonly what: string
      readonly expects?: number
    }
  | {
      readonly kind: 'answer'
      readonly node: NodeName
      readonly token: string
      readonly answer: string
      readonly rows?: number
    }
  | {
      readonly kind: 'commit'
      readonly node: NodeName
      readonly holdsLock: boolean
      readonly revision: number
      /** Of all flags, where this commit made a new revision. */
      readonly snapshot: string | null
      readonly rollouts: readonly RolloutSeen[]
      readonly flags: readonly FlagSeen[]
      readonly events: readonly EventSeen[]
      /** Batches first stored here, with the rows they claim; and the rows that really came. */
      readonly batches: readonly { readonly id: string; readonly accepted: number }[]
      readonly rows: number
      readonly reference: Reference | null
    }
  | {
      readonly kind: 'read'
      readonly reader: string
      readonly node: NodeName
      readonly revision: number
      readonly digest: string
    }
  | {
      readonly kind: 'told'
      readonly node: NodeName
      readonly what: 'decision' | 'revision'
      readonly id: string
      readonly revision: number
    }
  /** A server that reaches its database and still serves what was there before. */
  | { readonly kind: 'behind'; readonly node: NodeName; readonly served: number; readonly stored: number }
  | { readonly kind: 'followed'; readonly seq: number; readonly id: string }
  | {
      readonly kind: 'replayed'
      readonly rollout: string
      /** What comes out otherwise when the engine is told the same again. */
      readonly difference: string | null
    }
  | { readonly kind: 'calm'; readonly candidate: 'healthy' | 'failing'; readonly fresh: boolean }
  | {
      readonly kind: 'end'
      readonly revision: number
      readonly digest: string
      readonly chain: string
      readonly waitingFor: readonly string[]
    }
)

export type Kind = Entry['kind']
export type EntryOf<K extends Kind> = Extract<Entry, { readonly kind: K }>
export type Trace = readonly Entry[]

/** One line an entry; the whole of it is what two runs of a seed must agree in. */
export const printEntry = ({ n, at, kind, ...rest }: Entry): string => `${n} ${at} ${kind} ${JSON.stringify(rest)}`

export const printTrace = (trace: Trace): string => trace.map(printEntry).join('\n')
