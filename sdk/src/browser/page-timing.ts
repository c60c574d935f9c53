import type { Timing } from '../timing.ts'

/** Waiting times in a page, in milliseconds. Only tests use others. */
export interface PageTiming extends Omit<Timing, 'watchdogMs' | 'firstPollMs'> {
  /** Many pages hear of a change at once; each asks within this time. */
  readonly spreadMs: number
  /** A page that nobody sees lets go of its stream after this time. */
  readonly hiddenMs: number
}

/** What every real page uses. */
export const pageTiming: PageTiming = {
  staleMs: 60_000,
  pollMs: 30_000,
  spreadMs: 100,
  hiddenMs: 120_000,
  backoffBaseMs: 1000,
  backoffCapMs: 60_000,
  deniedMs: 300_000,
  requestMs: 10_000,
  closeMs: 2000,
}
