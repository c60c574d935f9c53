import { SluiceError, toConditions, toPlan, withTemplate } from '@sluice/contract'
import type { FieldError, PlanInput } from '@sluice/contract'
import { draft } from '@sluice/core/rollout'
import { previewPlan } from '@sluice/core/planning'
import type { Finding, Traffic } from '@sluice/core/planning'
import type { Plan } from '@sluice/core/rollout'
import type { Flag } from '@sluice/core/evaluation'
import { flagNotFound } from '../flags/edit-flag.ts'
import type { FlagParts } from '../flags/flag-service.ts'
import { findFlag } from '../flags/flag-store.ts'
import { noRelease } from '../checklists/release.ts'
import { lintFlag } from './lint-flag.ts'
import { noTotals } from './rollout-record.ts'
import type { RolloutRecord } from './rollout-record.ts'
import { trafficOf } from './traffic.ts'

/** The draft that a request asks for, with every default filled in; refused when it cannot run. Stores nothing. */
export async function planRollout(environment: string, input: PlanInput, parts: FlagParts): Promise<RolloutRecord> {
  const { kysely } = parts.database
  const stored = await findFlag(kysely, environment, input.flag)
  if (!stored) throw flagNotFound(input.flag)
  if (stored.rollout)
    throw new SluiceError('STATE_CONFLICT', `The rollout ${stored.rollout.id} is running on this flag.`, {
      hint: 'Roll it back, or let it end, before another one.',
    })
  const traffic = await trafficOf(kysely, environment, input.flag, parts.clock.now(), withTemplate(input).guardrails)
  const record = draftRollout({ environment, input, flag: stored.flag, traffic }, parts)
  const more = await lintFlag(environment, stored.flag, record.plan, kysely)
  return { ...record, notes: [...record.notes, ...more.map(findingText)] }
}

export interface DraftRequest {
  readonly environment: string
  readonly input: PlanInput
  readonly flag: Flag
  readonly traffic: Traffic | null
}

/** The same for a flag that may not be stored yet. */
export function draftRollout(
  { environment, input, flag, traffic }: DraftRequest,
  { clock, random }: Pick<FlagParts, 'clock' | 'random'>,
): RolloutRecord {
  const { plan, notes, problems } = toPlan(input, { variants: Object.keys(flag.variants), off: flag.off, traffic })
  const asked = toConditions(withTemplate(input), environment)
  const errors = [...problems, ...asked.problems, ...planProblems(flag, plan)]
  if (errors.length > 0)
    throw new SluiceError('UNPROCESSABLE', 'The plan cannot be run; nothing was changed.', { errors })
  return {
    id: random.id('ro'),
    environment,
    flag: input.flag,
    version: 1,
    plan,
    reason: input.reason ?? '',
    notes: [...notes, ...ruleNotes(flag, plan), ...warnings(plan, traffic)],
    release: { ...noRelease, ...asked.conditions },
    state: draft,
    visits: [],
    totals: noTotals,
    sealedSeq: 0,
    createdMs: clock.now(),
    startedMs: null,
    endedMs: null,
  }
}

/** What the linter warns of, where there is traffic to tell from. */
const warnings = (plan: Plan, traffic: Traffic | null): string[] =>
  traffic ? previewPlan(plan, traffic).findings.map(findingText) : []

const findingText = ({ sentence, remedy }: Finding): string => `${sentence} ${remedy}`

/** Why the plan cannot move this flag. */
export function planProblems(flag: Flag, plan: Plan): FieldError[] {
  const rule = flag.rules?.find(({ id }) => id === plan.rule)
  const problem = (pointer: string, message: string): FieldError => ({ pointer, code: 'rule', message })
  if (rule && rule.serve !== plan.candidate)
    return [
      problem(
        '/rule',
        `The rule "${plan.rule}" does not serve "${plan.candidate}": name another rule, or leave it out to get one.`,
      ),
    ]
  if (rule?.sample && rule.sample.share > 0)
    return [
      problem(
        '/rule',
        `The rule "${plan.rule}" lets ${rule.sample.share / 1000} % in already: set its share to 0 first, so that the stages start from nobody.`,
      ),
    ]
  if (flag.force !== undefined)
    return [problem('/flag', `The flag is forced to "${flag.force}": nothing could be compared. Remove "force" first.`)]
  if (flag.serve !== plan.baseline)
    return [
      problem(
        '/baseline',
        `Who is not in the sample gets ${JSON.stringify(flag.serve)}, not the baseline "${plan.baseline}": let the flag serve the baseline.`,
      ),
    ]
  return []
}

/** What the start does to this flag beside its share. */
export function ruleNotes(flag: Flag, plan: Plan): string[] {
  const made = flag.rules?.some(({ id }) => id === plan.rule)
    ? []
    : [`The rule "${plan.rule}" and its salt are made at the start.`]
  return flag.enabled ? made : [...made, 'The flag is switched on at the start.']
}
