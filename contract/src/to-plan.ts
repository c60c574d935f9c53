import { canProve, metricNamed, percentText, shareOf } from '@sluice/core/rollout'
import { builtInMetrics } from '@sluice/core/rollout'
import type { Guardrail, Plan, Stage, Stat, Traffic, WindowTest } from '@sluice/core/rollout'
import { formatDuration, parseDuration } from './duration.ts'
import { percentOfShare, shareOfPercent } from './percent.ts'
import type { GuardrailInput, PlanInput, StageInput } from './plan.ts'
import { planTemplateNamed, planTemplates } from './plan-templates.ts'
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
  const input = withTemplate(request, problems)
  const notes: string[] = []
  const arms = armsOf(input, context, problems)
  const blockMs = durationOf(input.block, 10_000)
  if (blockMs < 1000) problems.push(rule('/block', `Expected at least "1s"; got "${input.block}".`))
  const timeoutMs = durationOf(input.timeout, 60_000)
  const stages = stagesOf(input.stages, problems)
  const guardrails = guardrailsOf(input.guardrails ?? defaultGuardrails, blockMs, stages, problems)
  const partial: Plan = {
    flag: input.flag,
    rule: input.rule ?? 'rollout',
    ...arms,
    blockMs,
    timeoutMs,
    advance: 'proof',
    ...(context.traffic ? { unitsPerDay: context.traffic.unitsPerDay } : {}),
    stages,
    guardrails,
  }
  const advance = input.advance ?? chooseAdvance(partial, context.traffic, notes)
  lintGuards(partial, problems)
  if (!input.stages)
    notes.push(
      `Stages: ${defaultPercents.join(', ')} %, at least 1 h, then 24 h each; 5 % stay on the baseline until the end.`,
    )
  if (!input.guardrails)
    notes.push('Guardrails: errors against the baseline roll back, p95 latency over 1.5x the baseline holds.')
  return { plan: { ...partial, advance }, notes, problems }
}

function withTemplate(request: PlanInput, problems: FieldError[]): PlanInput {
  if (request.template === undefined) return request
  const template = planTemplateNamed(request.template)
  if (template) return { ...template.plan, ...request }
  const names = planTemplates.map(({ name }) => name).join(', ')
  problems.push(rule('/template', `There is no template "${request.template}": choose one of ${names}.`))
  return request
}

const rule = (pointer: string, message: string): FieldError => ({ pointer, code: 'rule', message })

function durationOf(text: string | undefined, fallbackMs: number): number {
  return text === undefined ? fallbackMs : (parseDuration(text) ?? fallbackMs)
}

function armsOf(
  input: PlanInput,
  { variants, off }: PlanContext,
  problems: FieldError[],
): { candidate: string; baseline: string } {
  const baseline = input.baseline ?? off ?? ''
  const others = variants.filter((variant) => variant !== baseline)
  const candidate = input.candidate ?? (others.length === 1 ? (others[0] ?? '') : '')
  if (baseline === '')
    problems.push(rule('/baseline', 'The flag has no "off" variant: name the variant to compare with.'))
  if (candidate === '')
    problems.push(
      rule(
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
      problems.push(rule(pointer, `The flag has no variant "${name}": it has ${variants.join(', ')}.`))
  if (candidate !== '' && candidate === baseline)
    problems.push(rule('/candidate', 'Candidate and baseline are the same variant.'))
  return { candidate, baseline }
}

function stagesOf(input: readonly StageInput[] | undefined, problems: FieldError[]): readonly Stage[] {
  const wanted = input ?? defaultPercents.map((percent): StageInput => ({ percent }))
  const stages = wanted.map(({ percent, atLeast, gate, holdback }, i): Stage => ({
    sharePer100k: shareOfPercent(percent),
    holdbackPer100k: shareOfPercent(holdback ?? (percent === 100 ? defaultHoldback : 0)),
    atLeastMs: durationOf(atLeast, i === 0 ? hour : day),
    gate: gate ?? 'auto',
  }))
  let before = 0
  for (const [i, stage] of stages.entries()) {
    if (shareOf(stage) <= before)
      problems.push(
        rule(
          `/stages/${i}/percent`,
          `Shares must rise: ${percentText(shareOf(stage))} does not follow ${percentText(before)}.`,
        ),
      )
    before = shareOf(stage)
  }
  return stages
}

const windowDefaults = { lengthMs: 300_000, breach: 2, of: 3, minSamples: 100 } as const

const limits = [
  ['over', 'absolute', 'over', 'safeBelow'],
  ['under', 'absolute', 'under', 'safeAbove'],
  ['ratioOver', 'ratio', 'over', 'safeBelowRatio'],
  ['ratioUnder', 'ratio', 'under', 'safeAboveRatio'],
] as const

function guardrailsOf(
  inputs: readonly GuardrailInput[],
  blockMs: number,
  stages: readonly Stage[],
  problems: FieldError[],
): readonly Guardrail[] {
  const taken = new Set<string>()
  return inputs.flatMap((input, i) => {
    const guardrail = guardrailOf(input, `/guardrails/${i}`, blockMs, problems)
    if (!guardrail) return []
    const outside = guardrail.stages?.find((stage) => stage >= stages.length)
    if (outside !== undefined)
      problems.push(
        rule(`/guardrails/${i}/stages`, `There is no stage ${outside}: stages count from 0 to ${stages.length - 1}.`),
      )
    const id = unique(guardrail.id, taken)
    if (input.id !== undefined && id !== input.id)
      problems.push(rule(`/guardrails/${i}/id`, `The id "${input.id}" stands twice.`))
    return [{ ...guardrail, id }]
  })
}

function unique(id: string, taken: Set<string>): string {
  let free = id
  for (let count = 2; taken.has(free); count++) free = `${id}-${count}`
  taken.add(free)
  return free
}

function guardrailOf(
  input: GuardrailInput,
  pointer: string,
  blockMs: number,
  problems: FieldError[],
): Guardrail | null {
  const given = limits.filter(([field]) => input[field] !== undefined)
  const [chosen] = given
  if (!chosen || given.length > 1) {
    problems.push(
      rule(
        pointer,
        `Expected exactly one limit of over, under, ratioOver, ratioUnder; got ${given.length === 0 ? 'none' : given.map(([field]) => field).join(' and ')}.`,
      ),
    )
    return null
  }
  const known = Object.hasOwn(builtInMetrics, input.metric)
  if (!known && input.stat === undefined) {
    problems.push(
      rule(
        `${pointer}/stat`,
        `"${input.metric}" is not built in: say its stat, "rate" for yes or no, "count" for how many, "mean" or "p95" for amounts. Built in: ${Object.keys(builtInMetrics).join(', ')}.`,
      ),
    )
    return null
  }
  const stat: Stat = input.stat ?? (metricNamed(input.metric, 'mean').kind === 'rate' ? 'rate' : 'mean')
  const metric = metricNamed(input.metric, stat)
  const fits =
    metric.kind === 'rate' ? stat === 'rate' || stat === 'count' : stat !== 'rate' && (stat !== 'count' || !known)
  if (!fits) {
    problems.push(
      rule(
        `${pointer}/stat`,
        `"${input.metric}" is ${metric.kind === 'rate' ? 'yes or no: its stat is "rate"' : 'an amount: its stat is "mean" or a quantile such as "p95"'}.`,
      ),
    )
    return null
  }
  const [field, compare, direction, safeField] = chosen
  const wrongSafe = limits.find(([, , , other]) => other !== safeField && input[other] !== undefined)
  if (wrongSafe) problems.push(rule(`${pointer}/${wrongSafe[3]}`, `With ${field} the safe line is ${safeField}.`))
  const isRate = stat === 'rate' || stat === 'count'
  const factor = isRate ? 2 : 1.5
  const window = windowOf(input, stat, `${pointer}/window`, blockMs, problems)
  const limit = input[field] ?? 0
  const fallback = compare === 'absolute' ? limit : direction === 'over' ? limit * factor : limit / factor
  const safe = input[safeField] ?? fallback
  const made: Guardrail = {
    id: input.id ?? idOf(input, stat, compare === 'ratio' ? 'ratio' : field, window !== null),
    metric: input.metric,
    stat,
    ...(input.where === undefined ? {} : { where: input.where }),
    ...(input.per === undefined ? {} : { per: input.per }),
    ...(input.counting === undefined || input.counting === 'unit' ? {} : { counting: input.counting }),
    ...(window === null ? {} : { window }),
    compare,
    direction,
    limit,
    safe,
    onBreach: input.onBreach ?? 'hold',
    noDataAfterBlocks:
      input.noDataAfter === undefined ? null : Math.max(1, Math.ceil(durationOf(input.noDataAfter, 0) / blockMs)),
    stages: input.stages ?? null,
  }
  checkLimit(made, pointer, field, safeField, problems)
  checkCounting(input, made, pointer, problems)
  return metric.failsOn === 0 ? asFailure(made, pointer, field, problems) : made
}

const idOf = ({ metric, where, per }: GuardrailInput, stat: Stat, limit: string, isWindow: boolean): string =>
  [
    metric + (where === undefined ? '' : `.${where}`),
    ...(per === undefined ? [] : ['per', per]),
    ...(stat === 'rate' ? [] : [stat]),
    limit,
    ...(isWindow ? ['window'] : []),
  ].join('-')

/** The threshold over windows that is asked for, its defaults filled in; null: evidence decides. */
function windowOf(
  { test, window: given }: GuardrailInput,
  stat: Stat,
  pointer: string,
  blockMs: number,
  problems: FieldError[],
): WindowTest | null {
  if (test === 'evidence' && given)
    problems.push(rule(pointer, 'Windows are for thresholds: leave them out, or say test "window".'))
  if (test !== 'window' && !given) return null
  const { length, breach, of, minSamples, ceiling = null } = given ?? {}
  const lengthMs = durationOf(length, windowDefaults.lengthMs)
  const blocks = Math.max(1, Math.round(lengthMs / blockMs))
  const among = of ?? Math.max(breach ?? 0, windowDefaults.of)
  const needed = breach ?? Math.min(windowDefaults.breach, among)
  if (needed > among)
    problems.push(
      rule(`${pointer}/breach`, `Expected at most ${among} (of), the windows that are looked at; got ${needed}.`),
    )
  if (lengthMs < blockMs)
    problems.push(rule(`${pointer}/length`, `A window holds at least one block of ${formatDuration(blockMs)}.`))
  return {
    blocks,
    breach: needed,
    of: among,
    minSamples: minSamples ?? (stat === 'count' ? 1 : windowDefaults.minSamples),
    ceiling,
  }
}

function checkCounting(
  { where, per, counting }: GuardrailInput,
  { metric, stat, compare, window }: Guardrail,
  pointer: string,
  problems: FieldError[],
): void {
  const { kind } = metricNamed(metric, stat)
  if (where !== undefined && kind !== 'rate')
    problems.push(rule(`${pointer}/where`, `"${metric}" is an amount and has no classes: leave "where" out.`))
  if (per !== undefined && kind !== 'value')
    problems.push(
      rule(`${pointer}/per`, `"${metric}" is no amount: only amounts are divided, such as tokens per patches.`),
    )
  if (counting === 'request' && window)
    problems.push(rule(`${pointer}/counting`, 'Windows count calls anyway: leave "counting" out.'))
  if (stat === 'count' && compare === 'absolute' && !window)
    problems.push(
      rule(
        `${pointer}/test`,
        'A number of events has no baseline to be proven against: say test "window", or compare with ratioOver.',
      ),
    )
}

function checkLimit(
  { stat, compare, direction, limit, safe }: Guardrail,
  pointer: string,
  field: string,
  safeField: string,
  problems: FieldError[],
): void {
  if (compare !== 'absolute') return
  if (stat === 'rate' && (limit <= 0 || limit >= 1))
    problems.push(
      rule(
        `${pointer}/${field}`,
        `A rate lies between 0 and 1: 5 % is 0.05; got ${limit}. For "none at all" allow a small budget such as 0.001.`,
      ),
    )
  else if (stat === 'count' ? limit < 0 : limit <= 0)
    problems.push(rule(`${pointer}/${field}`, `Expected a limit above 0; got ${limit}.`))
  if (direction === 'over' ? safe > limit : safe < limit)
    problems.push(
      rule(
        `${pointer}/${safeField}`,
        `The safe line ${safe} lies beyond the limit ${limit}: what is called safe would be a breach.`,
      ),
    )
}

/** `completed under 0.95` is kept as "incomplete over 0.05": one way to count, one way to compare. */
function asFailure(guardrail: Guardrail, pointer: string, field: string, problems: FieldError[]): Guardrail {
  if (guardrail.compare === 'ratio' && guardrail.direction === 'over') return guardrail
  if (guardrail.compare === 'absolute' && guardrail.direction === 'under')
    return { ...guardrail, direction: 'over', limit: exact(1 - guardrail.limit), safe: exact(1 - guardrail.safe) }
  problems.push(
    rule(
      `${pointer}/${field}`,
      `"${guardrail.metric}" is compared by what is missing: use under 0.95, or ratioOver for incomplete calls against the baseline.`,
    ),
  )
  return guardrail
}

const exact = (value: number): number => Number(value.toFixed(9))

function lintGuards(plan: Plan, problems: FieldError[]): void {
  for (const [i, stage] of plan.stages.entries()) {
    const acting = plan.guardrails.filter(
      ({ onBreach, stages }) => onBreach !== 'notify' && (stages === null || stages.includes(i)),
    )
    if (acting.length === 0)
      problems.push(rule(`/stages/${i}`, 'No guardrail acts in this stage: add one that holds or rolls back.'))
    if (shareOf(stage) === 100_000 && acting.some(({ compare }) => compare === 'ratio'))
      problems.push(
        rule(
          `/stages/${i}/holdback`,
          'At 100 % nobody is left to compare with: keep a holdback such as 5, or use absolute limits here.',
        ),
      )
  }
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

const windowInput = ({ blocks, breach, of, minSamples, ceiling }: WindowTest, blockMs: number) => ({
  length: formatDuration(blocks * blockMs),
  breach,
  of,
  minSamples,
  ceiling,
})

/** The plan as the wire shows it: every default written out. */
export function fromPlan(plan: Plan, reason: string): Required<Omit<PlanInput, 'template'>> {
  return {
    flag: plan.flag,
    rule: plan.rule,
    candidate: plan.candidate,
    baseline: plan.baseline,
    reason,
    block: formatDuration(plan.blockMs),
    timeout: formatDuration(plan.timeoutMs),
    advance: plan.advance,
    stages: plan.stages.map(({ sharePer100k, atLeastMs, gate, holdbackPer100k }) => ({
      percent: percentOfShare(sharePer100k),
      atLeast: formatDuration(atLeastMs),
      gate,
      holdback: percentOfShare(holdbackPer100k),
    })),
    guardrails: plan.guardrails.map((guardrail) => {
      const named = limits.find(
        ([, compare, direction]) => compare === guardrail.compare && direction === guardrail.direction,
      )
      const { id, metric, stat, where, per, counting, window, onBreach, limit, safe, noDataAfterBlocks, stages } =
        guardrail
      return {
        id,
        metric,
        stat,
        ...(where === undefined ? {} : { where }),
        ...(per === undefined ? {} : { per }),
        ...(counting === undefined ? {} : { counting }),
        ...(window === undefined ? {} : { test: 'window' as const, window: windowInput(window, plan.blockMs) }),
        ...(named ? { [named[0]]: limit, [named[3]]: safe } : {}),
        onBreach,
        ...(noDataAfterBlocks === null ? {} : { noDataAfter: formatDuration(noDataAfterBlocks * plan.blockMs) }),
        ...(stages === null ? {} : { stages: [...stages] }),
      }
    }),
  }
}
