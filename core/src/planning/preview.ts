import { shareOf } from '../rollout/plan.ts'
import type { Advance, Plan } from '../rollout/plan.ts'
import type { Finding } from './finding.ts'
import { lintHistory } from './lint-history.ts'
import { lintStructure } from './lint-structure.ts'
import { lintTraffic } from './lint-traffic.ts'
import { outlooksAt } from './outlook.ts'
import type { Outlook } from './outlook.ts'
import { aboutText, actingAt, windowsMs } from './plan-words.ts'
import type { Traffic } from './traffic.ts'

/** One stage before it has begun. */
export interface StagePreview {
  readonly stage: number
  /** What the stage really sets, the holdback taken off. */
  readonly sharePer100k: number
  readonly atLeastMs: number
  /** Users of either arm within the least time; null without a history. */
  readonly units: { readonly candidate: number; readonly baseline: number } | null
  /** When the next stage opens if nothing is wrong, counted from this one's start; null: never by itself, or unknown. */
  readonly opensAfterMs: number | null
  readonly outlooks: readonly Outlook[]
}

/** What a plan will see, how long it takes, and what is wrong with it. */
export interface Preview {
  readonly advance: Advance
  readonly stages: readonly StagePreview[]
  /** Errors first. */
  readonly findings: readonly Finding[]
}

const day = 86_400_000

/** What keeps a plan from starting. */
export const planErrors = (plan: Plan, traffic: Traffic | null): readonly Finding[] =>
  [...lintStructure(plan), ...(traffic ? lintHistory(plan, traffic) : [])].filter(
    ({ severity }) => severity === 'error',
  )

/** The plan before its start, against the traffic that it will meet; null: none is known. */
export function previewPlan(plan: Plan, traffic: Traffic | null): Preview {
  const outlooks = plan.stages.map((_, stage) => outlooksAt(plan, stage, traffic))
  const times = plan.stages.map((_, stage) => opensAfter(plan, stage, outlooks[stage] ?? []))
  const findings = [
    ...lintStructure(plan),
    ...lintDuration(plan, times),
    ...(traffic ? lintTraffic(plan, traffic, outlooks) : [noTraffic]),
  ]
  return {
    advance: plan.advance,
    stages: plan.stages.map((stage, i): StagePreview => {
      const share = shareOf(stage) / 100_000
      const units = traffic ? (traffic.unitsPerDay * stage.atLeastMs) / day : 0
      return {
        stage: i,
        sharePer100k: shareOf(stage),
        atLeastMs: stage.atLeastMs,
        units: traffic ? { candidate: units * share, baseline: units * (1 - share) } : null,
        opensAfterMs: times[i] ?? null,
        outlooks: outlooks[i] ?? [],
      }
    }),
    findings: [...findings].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error')),
  }
}

function opensAfter(plan: Plan, stage: number, outlooks: readonly Outlook[]): number | null {
  const { atLeastMs = 0 } = plan.stages[stage] ?? {}
  const acting = actingAt(plan, stage)
  if (plan.advance === 'quiet') return Math.max(atLeastMs, ...acting.map((guardrail) => windowsMs(plan, guardrail)))
  const required = new Set(acting.map(({ id }) => id))
  const proofs = outlooks.filter(({ guardrail }) => required.has(guardrail)).map(({ proofMs }) => proofMs)
  const known = proofs.filter((ms) => ms !== null)
  return known.length < proofs.length ? null : Math.max(atLeastMs, ...known)
}

/** A plan that is held, unfinished, because its greatest duration is over. */
function lintDuration({ maxDurationMs }: Plan, times: readonly (number | null)[]): Finding[] {
  const total = times.reduce<number>((sum, ms) => sum + (ms ?? 0), 0)
  if (maxDurationMs === undefined || total <= maxDurationMs) return []
  return [
    {
      severity: 'warning',
      code: 'too_long',
      pointer: '/maxDuration',
      sentence: `The stages take about ${aboutText(total)}; after ${aboutText(maxDurationMs)} the rollout is held unfinished.`,
      remedy: 'Allow it more time, or shorten its stages.',
    },
  ]
}

const noTraffic: Finding = {
  severity: 'warning',
  code: 'no_traffic',
  pointer: '',
  sentence: 'No traffic of this flag is known yet: what its stages can see, and how long a proof takes, is unknown.',
  remedy: 'Say what you expect, or let the flag serve its baseline for a while first.',
}
