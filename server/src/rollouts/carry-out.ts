import { SluiceError } from '@sluice/contract'
import type { Decision, Plan, RolloutState } from '@sluice/core/rollout'
import type { Flag } from '@sluice/core/evaluation'
import { appendEvent } from '../events/append-event.ts'
import type { StoredEvent } from '../events/event.ts'
import { changeFlag } from '../flags/change-flag.ts'
import type { FlagNext, Publication } from '../flags/change-flag.ts'
import { flagNotFound } from '../flags/edit-flag.ts'
import type { FlagParts } from '../flags/flag-service.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import { planProblems } from './create-rollout.ts'
import { decisionEvent } from './decision-event.ts'
import type { Told } from './decision-event.ts'
import { isLive, visitsAfter } from './rollout-record.ts'
import type { RolloutRecord } from './rollout-record.ts'
import { updateRollout } from './rollout-store.ts'

/** What a step left behind, to be told after the commit. */
export interface CarriedOut {
  readonly record: RolloutRecord
  readonly publication: Publication | null
  readonly event: StoredEvent | null
}

/** One step in one transaction: the rollout (version-checked), the flag's share, and one event. */
export async function carryOut(
  transaction: DatabaseTransaction,
  before: RolloutRecord,
  decision: Decision,
  told: Told,
  salt: string,
  parts: FlagParts,
): Promise<CarriedOut> {
  const nowMs = parts.clock.now()
  const state = decision.next
  const isStart = before.state.stage < 0 && state.stage >= 0
  const record = await updateRollout(transaction, {
    ...before,
    state,
    visits: visitsAfter(before.visits, state),
    startedMs: isStart ? nowMs : before.startedMs,
    endedMs: endedMs(before, state, nowMs),
  })
  if (decision.effects.length === 0) return { record, publication: null, event: null }
  const event = decisionEvent(record, decision, told)
  const moved =
    state.visit !== before.state.visit ||
    state.sharePer100k !== before.state.sharePer100k ||
    state.ended !== before.state.ended
  if (!moved)
    return { record, publication: null, event: await appendEvent(transaction, record.environment, event, parts) }
  const changed = await changeFlag(
    transaction,
    {
      environment: record.environment,
      key: record.flag,
      actor: told.actor,
      reason: told.reason,
      event,
      change: (current) => {
        if (!current) throw flagNotFound(record.flag)
        if (isStart) refuseUnfit(current.flag, record.plan)
        else if (told.actor.kind === 'engine') refuseSwitchedOff(current.flag, record)
        return nextFlag(current.flag, record, isStart, salt)
      },
    },
    parts,
  )
  if (!changed.changed)
    return { record, publication: null, event: await appendEvent(transaction, record.environment, event, parts) }
  return { record, publication: changed.publication, event: changed.event }
}

/** One that had completed and is lowered runs again. */
function endedMs(before: RolloutRecord, { ended }: RolloutState, nowMs: number): number | null {
  if (ended === null) return null
  return ended === before.state.ended ? before.endedMs : nowMs
}

/** The flag may have changed since the plan was made. */
function refuseUnfit(flag: Flag, plan: Plan): void {
  const missing = (['candidate', 'baseline'] as const).filter((arm) => !Object.hasOwn(flag.variants, plan[arm]))
  const errors = [
    ...missing.map((arm) => ({
      pointer: `/${arm}`,
      code: 'rule',
      message: `The flag has no variant "${plan[arm]}" any more: it has ${Object.keys(flag.variants).join(', ')}.`,
    })),
    ...planProblems(flag, plan),
  ]
  if (errors.length > 0)
    throw new SluiceError('UNPROCESSABLE', 'The flag has changed, and the plan cannot be run any more.', { errors })
}

/** Pulled after the block was judged and before this commit: the kill switch wins, the next block is judged with it. */
function refuseSwitchedOff({ enabled }: Flag, { flag }: RolloutRecord): void {
  if (!enabled) throw new SluiceError('STATE_CONFLICT', `The flag "${flag}" was switched off in the meantime.`)
}

/** The flag at the rollout's share; a start switches it on and adds the rule if there is none. */
function nextFlag(flag: Flag, record: RolloutRecord, isStart: boolean, salt: string): FlagNext {
  const { plan, state } = record
  const rules = flag.rules ?? []
  const known = rules.find(({ id }) => id === plan.rule)
  const sample = { salt, ...known?.sample, share: state.sharePer100k }
  const owned = { ...(known ?? { id: plan.rule, serve: plan.candidate }), sample }
  const next: Flag = {
    ...flag,
    enabled: isStart ? true : flag.enabled,
    rules: known ? rules.map((rule) => (rule.id === plan.rule ? owned : rule)) : [...rules, owned],
  }
  const { id, plan: of } = record
  const mark = { id, rule: of.rule, attempt: state.attempt, visit: state.visit, timeoutMs: of.timeoutMs }
  return { flag: next, rollout: isLive(record) ? mark : null }
}
