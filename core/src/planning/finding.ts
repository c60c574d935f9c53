/** What a plan can be told of before it starts. */
export type FindingCode =
  | 'unguarded'
  | 'no_baseline'
  | 'shares'
  | 'contradiction'
  | 'baseline_beyond'
  | 'no_time'
  | 'blind'
  | 'unreachable'
  | 'slow_proof'
  | 'between'
  | 'short_stage'
  | 'too_long'
  | 'window_alarms'
  | 'window_empty'
  | 'requests'
  | 'no_budget'
  | 'few_units'
  | 'doubling'
  | 'only_told'
  | 'fallback_unguarded'
  | 'unseen'
  | 'same_draw'
  | 'tokenizers'
  | 'no_traffic'

/** One fault of a plan. An `error` keeps it from starting, a `warning` does not. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly code: FindingCode
  /** RFC 6901 pointer into the plan as the wire has it: `/stages/0`, `/guardrails/1/safeBelow`. */
  readonly pointer: string
  /** What is wrong, with its figures. */
  readonly sentence: string
  /** What to do about it. */
  readonly remedy: string
}
