import { canProve, planErrors } from '@sluice/core/planning'
import type { Finding, Traffic } from '@sluice/core/planning'
import { drawSampleBits, shortNumber } from '@sluice/core/rollout'
import type { Plan, Stage } from '@sluice/core/rollout'
import { durationOf, formatDuration } from './duration.ts'
import { guardrailsOf } from './to-guardrails.ts'
import { shareOfPercent } from './percent.ts'
import type { GuardrailInput, PlanInput, StageInput } from './plan.ts'
import { planTemplateNamed, planTemplates } from './plan-templates.ts'
import { brokenRule } from './problem.ts'
import type { FieldError } from './problem.ts'

/** What a plan may lean on where it is silent. */
export interface PlanContext {
  /** Variants of the flag, and the one that everybody has without a rollout. */
  readonly variants: readonly string[]
  readonly off: string | null
  readonly traffic: Traffic | null
}

export interface PlanResult {
  readonly plan: Plan
  /** What was chosen and why, and what the plan cannot see. */
  readonly notes: readonly string[]
  readonly problems: readonly FieldError[]
}

const hour = 3_600_000
const day = 24 * hour
const defaultPercents = [1, 10, 50, 100] as const
const defaultHoldback = 5
const defaultGuardrails: readonly GuardrailInput[] = [
  { metric: 'error', ratioOver: 1, safeBelowRatio: 2, onBreach: 'rollback' },
  { metric: 'latency_ms', stat: 'p95', ratioOver: 1.5, onBreach: 'hold' },
]

/** The plan that a request asks for, every default filled in; problems name the fields that cannot be run. */
export function toPlan(request: PlanInput, context: PlanContext): PlanResult {
  const problems: FieldError[] = []
  const input = withTemplate(request)
  if (request.template !== undefined && input === request) problems.push(noTemplate(request.template))
  const notes: string[] = []
  const arms = armsOf(input, context, problems)
  const blockMs = durationOf(input.block, 10_000)
  if (blockMs < 1000) problems.push(brokenRule('/block', `Expected at least "1s"; got "${input.block}".`))
  const timeoutMs = durationOf(input.timeout, 60_000)
  const stages = stagesOf(input.stages)
  const guardrails = guardrailsOf(input.guardrails ?? defaultGuardrails, blockMs, stages, problems)
  const partial: Plan = {
    flag: input.flag,
    rule: input.rule ?? 'rollout',
    ...arms,
    blockMs,
    timeoutMs,
    advance: 'proof',
    ...timesOf(input, stages, problems),
    ...(context.traffic ? { unitsPerDay: context.traffic.unitsPerDay } : {}),
    stages,
    guardrails,
  }
  const advance = input.advance ?? chooseAdvance(partial, context.traffic, notes)
  notes.push(...sampleNotes(partial))
  if (!input.stages)
    notes.push(
      `Stages: ${defaultPercents.join(', ')} %, at least 1 h, then 24 h each; 5 % stay on the baseline until the end.`,
    )
  if (!input.guardrails)
    notes.push('Guardrails: errors against the baseline roll back, p95 latency over 1.5x the baseline holds.')
  const plan = { ...partial, advance }
  const faults = planErrors(plan, context.traffic).map(lintProblem)
  return { plan, notes, problems: [...problems, ...faults] }
}

/** Of very many users only some are tracked; people should not wonder where the others are. */
function sampleNotes(plan: Plan): string[] {
  const { T, C } = drawSampleBits(plan)
  if (C === 0) return []
  const first = T === 0 ? 'all of them' : `one in ${2 ** T}`
  const early = T < C ? ` (${first} for the candidate's first stage)` : ''
  const traffic = `${shortNumber(plan.unitsPerDay ?? 0)} a day`
  return [`One user in ${2 ** C}${early} counts, drawn by a hash: of ${traffic} more would decide nothing sooner.`]
}

/** The request with what its template says where it is silent itself. */
export function withTemplate(request: PlanInput): PlanInput {
  const template = request.template === undefined ? undefined : planTemplateNamed(request.template)
  return template ? { ...template.plan, ...request } : request
}

function noTemplate(name: string): FieldError {
  const names = planTemplates.map((template) => template.name).join(', ')
  return brokenRule('/template', `There is no template "${name}": choose one of ${names}.`)
}

/** A finding of the linter as a refusal names it; `lint` tells it from a plan that cannot be read. */
const lintProblem = ({ pointer, sentence, remedy }: Finding): FieldError => ({
  pointer,
  code: 'lint',
  message: `${sentence} ${remedy}`,
})

function armsOf(
  input: PlanInput,
  { variants, off }: PlanContext,
  problems: FieldError[],
): { candidate: string; baseline: string } {
  const baseline = input.baseline ?? off ?? ''
  const others = variants.filter((variant) => variant !== baseline)
  const candidate = input.candidate ?? (others.length === 1 ? (others[0] ?? '') : '')
  if (baseline === '')
    problems.push(brokenRule('/baseline', 'The flag has no "off" variant: name the variant to compare with.'))
  if (candidate === '')
    problems.push(
      brokenRule(
        '/candidate',
        others.length === 0
          ? 'The flag has no variant beside the baseline: add one.'
          : `Several variants could be the candidate: name one of ${others.join(', ')}.`,
      ),
    )
  for (const [pointer, name] of [
    ['/candidate', candidate],
    ['/baseline', baseline],
  ] as const)
    if (name !== '' && !variants.includes(name))
      problems.push(brokenRule(pointer, `The flag has no variant "${name}": it has ${variants.join(', ')}.`))
  if (candidate !== '' && candidate === baseline)
    problems.push(brokenRule('/candidate', 'Candidate and baseline are the same variant.'))
  return { candidate, baseline }
}

function timesOf(
  { afterWarning, maxDuration }: PlanInput,
  stages: readonly Stage[],
  problems: FieldError[],
): Pick<Plan, 'afterWarningMs' | 'maxDurationMs'> {
  const afterWarningMs = durationOf(afterWarning, 0)
  const least = stages.reduce((sum, { atLeastMs }) => sum + atLeastMs, 0)
  const maxDurationMs = maxDuration === null || maxDuration === undefined ? undefined : durationOf(maxDuration, 0)
  if (maxDurationMs !== undefined && maxDurationMs <= least)
    problems.push(
      brokenRule(
        '/maxDuration',
        `The stages alone take ${formatDuration(least)}: expected more than that; got ${maxDuration}.`,
      ),
    )
  return {
    ...(afterWarningMs === 0 ? {} : { afterWarningMs }),
    ...(maxDurationMs === undefined ? {} : { maxDurationMs }),
  }
}

function stagesOf(input: readonly StageInput[] | undefined): readonly Stage[] {
  const wanted = input ?? defaultPercents.map((percent): StageInput => ({ percent }))
  return wanted.map(({ percent, atLeast, gate, holdback }, i) => ({
    sharePer100k: shareOfPercent(percent),
    holdbackPer100k: shareOfPercent(holdback ?? (percent === 100 ? defaultHoldback : 0)),
    atLeastMs: durationOf(atLeast, i === 0 ? hour : day),
    gate: gate ?? 'auto',
  }))
}

function chooseAdvance(plan: Plan, traffic: Traffic | null, notes: string[]): 'proof' | 'quiet' {
  const provable = canProve(plan, traffic)
  if (provable) {
    notes.push('Advance on proof: this traffic can prove safety within three times the least time of every stage.')
    return 'proof'
  }
  notes.push(
    provable === null
      ? 'Advance on quiet: no traffic of this flag is known yet, so what it can prove is unknown. A stage opens when its time is up, every guardrail has data and nothing points to harm.'
      : 'Advance on quiet: this traffic cannot prove safety in time. A stage opens when its time is up, every guardrail has data and nothing points to harm; each step says what is ruled out and what is not.',
  )
  return 'quiet'
}
