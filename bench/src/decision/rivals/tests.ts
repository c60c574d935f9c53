import { blocksPerMinute } from '../plans.ts'
import { equalised, noCalls, plus } from './rule.ts'
import type { Rule, Seen } from './rule.ts'
import type { Calls } from '../traffic/traffic.ts'

/** One-sided normal quantile of 99 %. */
const z99 = 2.326_348

/** Two proportions, pooled variance, one-sided 1 %, looked at every block. */
const peeked: Rule = {
  name: 'peeked z-test, 1 % every 10 s',
  start: () => {
    let sum = noCalls
    return (seen) => {
      sum = plus(sum, seen)
      const { nT, xT, nC, xC } = sum
      if (nT < 30 || nC < 30) return false
      const p = (xT + xC) / (nT + nC)
      const error = Math.sqrt(p * (1 - p) * (1 / nT + 1 / nC))
      return error > 0 && (xT / nT - xC / nC) / error > z99
    }
  },
}

/**
 * Lower end of a one-sided asymptotic confidence sequence of the difference of two rates, tuned for `tunedFor` calls
 * (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2021, arXiv 2103.06476).
 */
function lowerEnd({ nT, xT, nC, xC }: Calls, alpha: number, tunedFor: number): number {
  const n = nT + nC
  const [pT, pC] = [xT / nT, xC / nC]
  const variance = (pT * (1 - pT)) / nT + (pC * (1 - pC)) / nC
  const rho2 = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / tunedFor
  const grown = n * rho2 + 1
  return (
    pT - pC - Math.sqrt(variance * n * ((2 * grown) / (n * n * rho2)) * Math.log(1 + Math.sqrt(grown) / (2 * alpha)))
  )
}

/** A variance can be estimated: some outcome differs from the others of its arm. */
const enough = ({ nT, xT, nC, xC }: Calls): boolean =>
  nT >= 5 && nC >= 5 && ((xT > 0 && xT < nT) || (xC > 0 && xC < nC))

const growthBook = (alpha: number): Rule => ({
  name: `GrowthBook-style, sequential, ${alpha * 100} %, equal baseline`,
  start: (random) => {
    let sum = noCalls
    return (seen) => {
      if (seen.share > 50_000) return false
      sum = plus(sum, equalised(seen, random))
      return enough(sum) && lowerEnd(sum, alpha, 5000) > 0
    }
  },
})

const pooled: Rule = {
  name: 'mSPRT-style, 1 %, all of the baseline, pooled',
  start: () => {
    let sum = noCalls
    return (seen) => {
      sum = plus(sum, seen)
      return enough(sum) && lowerEnd(sum, 0.01, 5000) > 0
    }
  },
}

/** Minutes that are compared at most. */
const longest = 60

/** Rates a minute, Mann-Whitney at 98 %: harm where the low limit is a quarter of the shift and the mean is not below. */
const kayenta: Rule = {
  name: 'Kayenta-style, every 5 min',
  start: (random) => {
    let minute = noCalls
    let candidate: number[] = []
    let baseline: number[] = []
    return (seen: Seen) => {
      if (seen.age === 0) {
        minute = noCalls
        candidate = []
        baseline = []
      }
      minute = plus(minute, equalised(seen, random))
      if ((seen.age + 1) % blocksPerMinute > 0) return false
      if (minute.nT > 0 && minute.nC > 0) {
        candidate = [...candidate, minute.xT / minute.nT].slice(-longest)
        baseline = [...baseline, minute.xC / minute.nC].slice(-longest)
      }
      minute = noCalls
      return (seen.age + 1) % (5 * blocksPerMinute) === 0 && isShifted(candidate, baseline)
    }
  },
}

function isShifted(candidate: readonly number[], baseline: readonly number[]): boolean {
  const n = candidate.length
  if (n < 5) return false
  const shifts = candidate.flatMap((value) => baseline.map((other) => value - other)).sort((a, b) => a - b)
  const middle = shifts[Math.floor(shifts.length / 2)] ?? 0
  const spread = z99 * Math.sqrt((n * n * (2 * n + 1)) / 12)
  const low = shifts[Math.max(0, Math.floor((n * n) / 2 - spread))] ?? 0
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / n
  return low > 0.25 * Math.abs(middle) && mean(candidate) >= mean(baseline)
}

export const testRules: readonly Rule[] = [kayenta, growthBook(0.05), growthBook(0.01), pooled, peeked]

/** Knows both rates: no test of the same level needs fewer calls on average (Wald 1945). */
export const oracle = (base: number, rate: number): Rule => ({
  name: 'Wald oracle: both rates known',
  start: () => {
    let logFactor = 0
    const [onFailure, onSuccess] = [Math.log(rate / base), Math.log((1 - rate) / (1 - base))]
    return ({ nT, xT }) => {
      logFactor += xT * onFailure + (nT > xT ? (nT - xT) * onSuccess : 0)
      return logFactor >= Math.log(100)
    }
  },
})
