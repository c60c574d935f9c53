import type { Scenario } from './scenario.ts'

/** What a peer answers for a flag and a user: on or off, or the variant's name. */
export type Answer = boolean | string

/** One way to evaluate flags, made ready for a scenario. Contexts are built before, results are read by a number. */
export interface Prepared {
  /** As applications call it, with the value alone. */
  readonly evaluate: (flag: number, user: number) => Answer | Promise<Answer>
  readonly close?: () => void
}

export interface Peer {
  readonly name: string
  /** Whether it answers by the very same hash, so that every single answer must be ours. */
  readonly sharesHash: boolean
  readonly isAsync: boolean
  prepare(scenario: Scenario): Promise<Prepared> | Prepared
}
