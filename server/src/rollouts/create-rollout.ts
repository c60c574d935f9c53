import { SluiceError, toPlan } from '@sluice/contract'
import type { FieldError, PlanInput } from '@sluice/contract'
import { draft } from '@sluice/core/rollout'
import type { Plan } from '@sluice/core/rollout'
import type { Flag } from '@sluice/core/evaluation'
import { flagNotFound } from '../flags/edit-flag.ts'
import type { FlagParts } from '../flags/flag-service.ts'
import { findFlag } from '../flags/flag-store.ts'
import { noTotals } from './rollout-record.ts'
import type { RolloutRecord } from './rollout-record.ts'
import { trafficOf } from './traffic.ts'

/** The draft that a request asks for, with every default filled in; refused when it cannot run. Stores nothing. */
export async function planRollout(
  environment: string,
  input: PlanInput,
  { database, clock, random }: FlagParts,
): Promise<RolloutRecord> {
  const stored = await findFlag(database.kysely, environment, input.flag)
  if (!stored) throw flagNotFound(input.flag)
  const { flag, rollout } = stored
  if (rollout)
    throw new SluiceError('STATE_CONFLICT', `The rollout ${rollout.id} is running on this flag.`, {
      hint: 'Roll it back, or let it end, before another one.',
    })
  const nowMs = clock.now()
  const traffic = await trafficOf(database.kysely, environment, input.flag, nowMs)
  const { plan, notes, problems } = toPlan(input, { variants: Object.keys(flag.variants), off: flag.off, traffic })
  const errors = [...problems, ...ruleProblems(flag, plan)]
  if (errors.length > 0)
    throw new SluiceError('UNPROCESSABLE', 'The plan cannot be run; nothing was changed.', { errors })
  return {
    id: random.id('ro'),
    environment,
    flag: input.flag,
    version: 1,
    plan,
    reason: input.reason ?? '',
    notes: [...notes, ...ruleNotes(flag, plan)],
    state: draft,
    visits: [],
    totals: noTotals,
    sealedSeq: 0,
    createdMs: nowMs,
    startedMs: null,
    endedMs: null,
  }
}

function ruleProblems(flag: Flag, plan: Plan): FieldError[] {
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

function ruleNotes(flag: Flag, plan: Plan): string[] {
  const made = flag.rules?.some(({ id }) => id === plan.rule)
    ? []
    : [`The rule "${plan.rule}" and its salt are made at the start.`]
  return flag.enabled ? made : [...made, 'The flag is switched on at the start.']
}
