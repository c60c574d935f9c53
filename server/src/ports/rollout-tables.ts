import type { Generated } from 'kysely'

/** What rollouts and observations store. Instants are milliseconds since 1970; JSON is text. */
export interface RolloutTables {
  rollouts: RolloutTable
  observations: ObservationTable
  observation_batches: ObservationBatchTable
  blocks: BlockTable
  sealed_blocks: SealedBlockTable
  checkpoints: CheckpointTable
  daily_calls: DailyCallsTable
  daily_calls_cursor: DailyCallsCursorTable
}

export interface RolloutTable {
  id: string
  environment: string
  flag: string
  /** Rises with every write: a step that read an older one changes nothing. */
  version: number
  plan: string
  reason: string
  notes: string
  state: string
  /** The stays at a share so far, to tell by its time where a row belongs. */
  visits: string
  totals: string
  /** What it waits for beside its evidence, and what has been done about it. */
  conditions: string
  /** 1 while a start that was asked for waits for something else. */
  armed: number
  /** Last observation that a sealed block holds. */
  sealed_seq: number
  /** 1 while the engine looks after it. */
  live: number
  created_at: number
  started_at: number | null
  ended_at: number | null
}

/** Evidence, or the reason why a row is shown and never counted. */
export type RowStatus = 'evidence' | 'late' | 'mismatch' | 'no_unit' | 'public' | 'series'

export interface ObservationTable {
  seq: Generated<number>
  environment: string
  flag: string
  variant: string
  rollout: string | null
  attempt: number | null
  visit: number | null
  arm: string | null
  status: RowStatus
  /** A hash of the unit; the id itself is not kept. */
  unit: string | null
  at: number
  received_at: number
  model: string | null
  task: string | null
  metrics: string
}

export interface ObservationBatchTable {
  environment: string
  id: string
  received_at: number
  accepted: number
  rejected: string
}

/** One sealed block: where it lies, which rows it holds, and what charts show of it. */
export interface BlockTable {
  rollout: string
  attempt: number
  index: number
  visit: number
  entry: number
  share: number
  start_at: number
  end_at: number
  from_seq: number
  to_seq: number
  series: string
}

/** What the engine was told with each block: enough to replay its decisions. */
export interface SealedBlockTable {
  rollout: string
  attempt: number
  index: number
  /** The facts of the moment beside the evidence, their time included. */
  facts: string
  /** Null: nothing came in and nothing came due. */
  block: string | null
  /** Of this row and the hash of the row before it. */
  hash: string
}

/** The unit ledger of a rollout's present attempt; the newest only. */
export interface CheckpointTable {
  rollout: string
  attempt: number
  /** Last observation in it. */
  to_seq: number
  image: string
  /** The tables of units, column by column. */
  candidate: Uint8Array
  baseline: Uint8Array
}

/** What one variant did on one day. */
export interface DailyCallsTable {
  environment: string
  flag: string
  variant: string
  /** Days since 1970, in UTC. */
  day: number
  figures: string
}

/** One row: the last observation that is part of a day. */
export interface DailyCallsCursorTable {
  id: number
  seq: number
}
