import { isRate, tailOf } from '../rollout/guardrail-test.ts'
import type { Guardrail, Plan, WindowTest } from '../rollout/plan.ts'
import { logGamma } from '../statistics/log-gamma.ts'
import { exceedance, momentsOf, partsOf } from './distribution.ts'
import { cumulative } from './normal.ts'
import { baselineValue } from './race.ts'
import type { Sight } from './sight.ts'
import type { History } from './traffic.ts'

interface Calls {
  readonly T: number
  readonly C: number
}

/** What a threshold over windows can see, at so many calls a millisecond. */
export function windowSight(
  { blockMs }: Plan,
  guardrail: Guardrail,
  test: WindowTest,
  history: History,
  callsPerMs: Calls,
): Sight {
  const lengthMs = test.blocks * blockMs
  const calls = { T: callsPerMs.T * lengthMs, C: callsPerMs.C * lengthMs }
  const enough = calls.T >= test.minSamples && (guardrail.compare === 'absolute' || calls.C >= test.minSamples)
  const countsEvents = guardrail.stat === 'count' && guardrail.compare === 'absolute'
  const baseline = baselineValue({ guardrail, history }) * (countsEvents ? calls.T : 1)
  const beyond = (truth: number, line: number) => (enough ? chanceBeyond(guardrail, history, calls, truth, line) : 0)
  const { limit, safe, direction } = guardrail
  return {
    baseline,
    found(truth) {
      const one = beyond(truth, limit)
      const wall =
        test.ceiling === null ? 0 : beyond(truth, direction === 'over' ? limit * test.ceiling : limit / test.ceiling)
      return (withinMs) => {
        const windows = Math.floor(withinMs / lengthMs)
        return 1 - (1 - breachWithin(windows, one, test)) * (1 - wall) ** windows
      }
    },
    proofMs(probability) {
      const good = (1 - beyond(baseline, safe)) ** test.of
      if (!enough || good <= 0) return Infinity
      // A row of good windows is tried again with each window that follows.
      const tries = good >= probability ? 0 : Math.log(1 - probability) / Math.log1p(-good)
      return (test.of + tries) * lengthMs
    },
  }
}

/**
 * Chance that so many of the last windows lie beyond the limit before this many have passed: exact for the first that are
 * looked at together, then each new one brings it about with the same chance if it has not come about before.
 */
function breachWithin(windows: number, one: number, { breach, of }: WindowTest): number {
  const together = Math.min(windows, of)
  const quiet = 1 - binomialTail(together, breach, one)
  const justBelow = binomialTail(of - 1, breach - 1, one) - binomialTail(of - 1, breach, one)
  const never = 1 - binomialTail(of, breach, one)
  const hazard = never > 0 ? Math.min(1, (one * (1 - one) * justBelow) / never) : 1
  return 1 - quiet * (1 - hazard) ** (windows - together)
}

/** Chance that one window lies beyond a line; the candidate's noise, and that of the baseline where it is compared with. */
function chanceBeyond(guardrail: Guardrail, history: History, { T, C }: Calls, truth: number, line: number): number {
  const { compare, direction, stat } = guardrail
  const over = (chance: number) => (direction === 'over' ? chance : 1 - chance)
  const isRatio = compare === 'ratio'
  if (isRate(guardrail) && history.kind === 'rate') {
    const rate = isRatio ? truth * history.rate : stat === 'count' ? truth / T : truth
    const p = Math.min(1, rate)
    if (!isRatio)
      return over(stat === 'count' ? binomialTail(Math.round(T), Math.floor(line) + 1, p) : chanceOfPart(T, line, p))
    const reference = history.rate
    const variance = (p * (1 - p)) / T + (line * line * reference * (1 - reference)) / C
    return over(chanceAbove(p - line * reference, variance))
  }
  if (history.kind === 'rate') return 0
  const level = baselineValue({ guardrail: { ...guardrail, compare: 'absolute' }, history })
  const factor = isRatio ? truth : truth / level
  if (stat === 'mean') {
    const parts = partsOf(history.histogram)
    const [ofT, ofC] = [momentsOf(parts, factor, Infinity), momentsOf(parts, 1, Infinity)]
    const noise = isRatio ? (line * line * ofC.variance) / C : 0
    return over(chanceAbove(ofT.mean - (isRatio ? line * ofC.mean : line), ofT.variance / T + noise))
  }
  const n = isRatio ? 1 / (1 / T + 1 / C) : T
  const p = exceedance(history.histogram, (isRatio ? line * level : line) / factor)
  return over(chanceOfPart(n, tailOf(guardrail), p))
}

/** Chance that more than this part of about n calls is hit; windows hold a few more or less, which evens out whole numbers. */
function chanceOfPart(n: number, part: number, p: number): number {
  const hits = n * part + 0.5
  const below = Math.floor(hits)
  const calls = Math.round(n)
  return (1 - hits + below) * binomialTail(calls, below, p) + (hits - below) * binomialTail(calls, below + 1, p)
}

const chanceAbove = (mean: number, variance: number): number =>
  variance > 0 ? cumulative(mean / Math.sqrt(variance)) : mean > 0 ? 1 : 0

/** Chance of at least k successes in n; exact for few, by the normal distribution for many. */
function binomialTail(n: number, k: number, p: number): number {
  if (k <= 0) return 1
  if (k > n || p <= 0) return 0
  if (p >= 1) return 1
  if (n * p * (1 - p) > 400) return chanceAbove(n * p - k + 0.5, n * p * (1 - p))
  if (k <= n * p) return 1 - binomialTail(n, n - k + 1, 1 - p)
  let term = Math.exp(
    logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p),
  )
  let sum = 0
  for (let x = k; x <= n && term > negligible; x++) {
    sum += term
    term *= ((n - x) / (x + 1)) * (p / (1 - p))
  }
  return Math.min(1, sum)
}

const negligible = 1e-15
