import type { Random } from '../random.ts'
import type { Calls } from '../traffic/traffic.ts'

/** One block as a dashboard has it. */
export interface Seen extends Calls {
  /** Blocks since the rollout began. */
  readonly index: number
  /** Planned stage, and blocks since it began. */
  readonly stage: number
  readonly age: number
  readonly share: number
}

/** Watches one rollout; true once it would roll back. */
export type Watch = (seen: Seen) => boolean

/** A rule of others, written anew from what they publish: the style of it, not the product. */
export interface Rule {
  readonly name: string
  readonly start: (random: Random) => Watch
}

export const noCalls: Calls = { nT: 0, xT: 0, nC: 0, xC: 0 }

export const plus = (a: Calls, b: Calls): Calls => ({
  nT: a.nT + b.nT,
  xT: a.xT + b.xT,
  nC: a.nC + b.nC,
  xC: a.xC + b.xC,
})

/** As many of the baseline's calls as the candidate has, drawn at random. */
export function equalised(calls: Calls, random: Random): Calls {
  if (calls.nC <= calls.nT) return calls
  const xC = random.binomial(calls.xC, calls.nT / calls.nC)
  return { ...calls, nC: calls.nT, xC: Math.min(xC, calls.nT) }
}

/** The calls of the last `blocks` blocks. */
export function lastBlocks(blocks: number): (calls: Calls) => Calls {
  const kept: Calls[] = []
  return (calls) => {
    kept.push(calls)
    if (kept.length > blocks) kept.shift()
    return kept.reduce(plus, noCalls)
  }
}

/** The calls since the present stage began. */
export function sinceStage(): (seen: Seen) => Calls {
  let sum = noCalls
  return (seen) => {
    sum = seen.age === 0 ? plus(noCalls, seen) : plus(sum, seen)
    return sum
  }
}
