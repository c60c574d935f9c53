/** Waiting times of a client, in milliseconds. Only tests use others than these. */
export interface Timing {
  /** Without proof of life for this long, flags count as stale. */
  readonly staleMs: number
  /** A stream without a byte for this long is dead (the server pings every 15 seconds). */
  readonly watchdogMs: number
  readonly pollMs: number
  /** Head start of the stream over the first poll. */
  readonly firstPollMs: number
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  /** After a refused key. */
  readonly deniedMs: number
  readonly requestMs: number
  /** The longest that `flush` and `close` take. */
  readonly closeMs: number
}

/** What every real client uses. */
export const defaultTiming: Timing = {
  staleMs: 60_000,
  watchdogMs: 45_000,
  pollMs: 30_000,
  firstPollMs: 1000,
  backoffBaseMs: 1000,
  backoffCapMs: 60_000,
  deniedMs: 300_000,
  requestMs: 10_000,
  closeMs: 2000,
}
