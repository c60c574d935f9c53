import type { Outcome } from '../outcome.ts'
import type { Test } from './compile-condition.ts'
import type { Program } from './compile-flag.ts'
import { baselineSide, candidateSide, noSide } from './outcomes.ts'

/**
 * The commonest flag: one rule with a sample of targeting keys, by a minted salt, and nothing else. With a thousand flags and many
 * users an evaluation waits for memory, so all it needs stands in one object, in whole numbers that need no box.
 */
export interface Lane {
  readonly tests: readonly Test[]
  /** The hash after the salt, and the salt's bytes. */
  readonly state: number
  readonly before: number
  /** The last hash that is let in, with its upper bit turned, so that signed numbers keep the order of unsigned ones. */
  readonly last: number
  readonly hit: Outcome
  readonly miss: Outcome
  /** Of contexts that the rule does not take, or without unit. */
  readonly otherwise: Outcome
  readonly failed: Outcome
}

/** Null for every other flag. */
export function laneOf({ always, requires, exclude, forced, include, rules, serve, failed }: Program): Lane | null {
  const [rule] = rules
  const isAlone = requires.length === 0 && exclude === null && forced === null && include === null && rules.length === 1
  if (always !== null || rule === undefined || !isAlone || rule.gate === null) return null
  const { draw, limit, isRollout } = rule.gate
  const [hit] = rule.serve.endings
  const [miss] = serve.endings
  const isWhole = draw.prefix?.tailBytes === 0 && draw.attribute === 'targetingKey'
  if (!isWhole || limit === 0 || rule.serve.draw !== null || serve.draw !== null || !hit || !miss) return null
  return {
    tests: rule.tests,
    state: draw.prefix.state,
    before: draw.prefix.length,
    last: limit - 1 - 2 ** 31,
    hit: hit[isRollout ? candidateSide : noSide],
    miss: miss[isRollout ? baselineSide : noSide],
    otherwise: miss[noSide],
    failed,
  }
}
