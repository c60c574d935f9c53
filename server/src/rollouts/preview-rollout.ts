import { SluiceError, fromPlan, toConditions, toPlan, withTemplate } from '@sluice/contract'
import type { PreviewAnswer, PreviewInput, TrafficInput } from '@sluice/contract'
import { describeOutlook, logNormal, previewPlan } from '@sluice/core/planning'
import type { Finding, Traffic } from '@sluice/core/planning'
import type { Plan } from '@sluice/core/rollout'
import { quantile } from '@sluice/core/statistics'
import { flagNotFound } from '../flags/edit-flag.ts'
import type { FlagParts } from '../flags/flag-service.ts'
import { findFlag } from '../flags/flag-store.ts'
import { ruleNotes, planProblems } from './create-rollout.ts'
import type { RolloutRecord } from './rollout-record.ts'
import { lintFlag } from './lint-flag.ts'
import { trafficOf } from './traffic.ts'

/** A plan against the flag's own traffic, or against what the request says of it. Stores nothing. */
export async function previewInput(
  environment: string,
  { plan: input, traffic: given }: PreviewInput,
  parts: FlagParts,
): Promise<PreviewAnswer> {
  const { kysely } = parts.database
  const stored = await findFlag(kysely, environment, input.flag)
  if (!stored) throw flagNotFound(input.flag)
  const { flag } = stored
  const asked = withTemplate(input)
  const past = await trafficOf(kysely, environment, input.flag, parts.clock.now(), asked.guardrails)
  const traffic = given ? withGiven(past, given) : past
  const made = toPlan(input, { variants: Object.keys(flag.variants), off: flag.off, traffic })
  const { conditions, problems } = toConditions(asked, environment)
  const unreadable = made.problems.filter(({ code }) => code !== 'lint')
  const errors = [...unreadable, ...problems, ...planProblems(flag, made.plan)]
  if (errors.length > 0) throw new SluiceError('UNPROCESSABLE', 'The plan cannot be previewed.', { errors })
  return answer(made.plan, fromPlan(made.plan, input.reason ?? '', conditions), traffic, {
    notes: [...made.notes, ...ruleNotes(flag, made.plan)],
    source: given ? 'given' : 'history',
    findings: await lintFlag(environment, flag, made.plan, kysely),
  })
}

/** The plan of a rollout that is there, against the traffic of today. */
export async function previewStored(record: RolloutRecord, parts: FlagParts): Promise<PreviewAnswer> {
  const { plan, environment, flag } = record
  const { kysely } = parts.database
  const traffic = await trafficOf(kysely, environment, flag, parts.clock.now(), plan.guardrails)
  const shown = fromPlan(plan, record.reason, record.release)
  const stored = record.state.stage < 0 ? await findFlag(kysely, environment, flag) : null
  const findings = stored ? await lintFlag(environment, stored.flag, plan, kysely) : []
  return answer(plan, shown, traffic, { notes: [], source: 'history', findings })
}

function withGiven(past: Traffic | null, { unitsPerDay, callsPerDay, rates, values }: TrafficInput): Traffic {
  const amounts = Object.entries(values ?? {}).map(([name, { median, p95 }]) => [name, logNormal(median, p95)])
  return {
    unitsPerDay,
    ...(callsPerDay === undefined ? {} : { callsPerDay }),
    rates: { ...past?.rates, ...rates },
    values: { ...past?.values, ...Object.fromEntries(amounts) },
  }
}

interface Asked {
  readonly notes: readonly string[]
  readonly source: 'history' | 'given'
  readonly findings: readonly Finding[]
}

function answer(
  plan: Plan,
  shown: ReturnType<typeof fromPlan>,
  traffic: Traffic | null,
  { notes, source, findings: more }: Asked,
): PreviewAnswer {
  const preview = previewPlan(plan, traffic)
  const findings = [...preview.findings, ...more]
  return {
    plan: shown as PreviewAnswer['plan'],
    notes: [...notes],
    canStart: findings.every(({ severity }) => severity !== 'error'),
    traffic: traffic && { source, ...trafficView(traffic) },
    stages: preview.stages.map(({ stage, sharePer100k, atLeastMs, units, opensAfterMs, outlooks }) => ({
      stage,
      percent: sharePer100k / 1000,
      atLeastMs,
      units,
      opensAfterMs,
      outlooks: outlooks.map((outlook) => {
        const guardrail = plan.guardrails.find(({ id }) => id === outlook.guardrail)
        const sentence = guardrail ? describeOutlook(guardrail, outlook) : ''
        return { ...outlook, prospects: [...outlook.prospects], sentence }
      }),
    })),
    findings,
  }
}

function trafficView({ unitsPerDay, rates, values }: Traffic) {
  const amounts = Object.entries(values).flatMap(([name, histogram]) => {
    const [median, p95] = [quantile(histogram, 0.5), quantile(histogram, 0.95)]
    return median === null || p95 === null ? [] : [[name, { median, p95 }] as const]
  })
  return { unitsPerDay, rates: { ...rates }, values: Object.fromEntries(amounts) }
}
