import { shareOf } from './plan.ts'
import type { Guardrail, Plan } from './plan.ts'

/** What is known of a flag's traffic before a start. */
export interface Traffic {
  /** Distinct units a day that reach the flag. */
  readonly unitsPerDay: number
  /** Share of units with the outcome, by rate metric. */
  readonly rates: Readonly<Record<string, number>>
}

/** Relative entropy of two rates, in nats. */
function divergence(p: number, q: number): number {
  const part = (a: number, b: number) => (a === 0 ? 0 : a * Math.log(a / b))
  return part(p, q) + part(1 - p, 1 - q)
}

const proofRisk = 0.05

/**
 * Candidate units after which safety is expected to be proven when both arms have the rate `rate`: ln(1/β) over the smaller
 * divergence from "the candidate is `safe` times as bad", times 1.15 to 1.3 for what sequential looks cost. Infinite where
 * the rate is 0: without failures of the baseline no ratio can be bounded.
 */
export function unitsToProve(rate: number, safe: number, share: number): number {
  if (!(rate > 0 && rate < 1 && share > 0 && share < 1 && safe > 0 && safe < Infinity)) return Infinity
  const odds = (1 - share) / share
  let least = Infinity
  for (let i = 1; i < 400; i++) {
    const baseline = Math.min(rate * (i / 200), 0.999 / safe)
    least = Math.min(least, divergence(rate, safe * baseline) + odds * divergence(rate, baseline))
  }
  const slack = share >= 0.5 ? 1.3 : 1.15
  return (slack * Math.log(1 / proofRisk)) / least
}

const isPositive = (value: number): boolean => value > 0 && value < Infinity

const day = 86_400_000

/** Time a stage needs for a proof of this guardrail at this traffic; null where it cannot be told. */
export function timeToProveMs(guardrail: Guardrail, sharePer100k: number, traffic: Traffic): number | null {
  const rate = traffic.rates[guardrail.metric]
  if (
    guardrail.stat !== 'rate' ||
    guardrail.compare !== 'ratio' ||
    rate === undefined ||
    !isPositive(traffic.unitsPerDay)
  )
    return null
  const share = sharePer100k / 100_000
  if (!isPositive(share)) return null
  return (unitsToProve(rate, guardrail.safe, share) / traffic.unitsPerDay / share) * day
}

/** Whether this traffic can prove safety within three times the least time of every stage; null where unknown. */
export function canProve(plan: Plan, traffic: Traffic | null): boolean | null {
  if (!traffic) return null
  const times = plan.stages.flatMap((stage) =>
    plan.guardrails.map((guardrail) => ({
      time: timeToProveMs(guardrail, shareOf(stage), traffic),
      atLeast: stage.atLeastMs,
    })),
  )
  const known = times.flatMap(({ time, atLeast }) => (time === null ? [] : [time <= 3 * atLeast]))
  return known.length === 0 ? null : known.every(Boolean)
}
