import { SluiceError } from '@sluice/contract'
import type { ActionInput } from '@sluice/contract'
import { act, engineVersion } from '@sluice/core/rollout'
import type { Action, Decision } from '@sluice/core/rollout'
import type { RecordedInput } from './decision-event.ts'
import type { RolloutRecord } from './rollout-record.ts'

/** A request as the core understands it. */
export function actionOf({ action, reason = '', to }: ActionInput): Action {
  const share = to === undefined ? undefined : Math.round(to * 1000)
  switch (action) {
    case 'proceed':
      return share === undefined ? { action, reason } : { action, reason, to: share }
    case 'rollback':
      return { action, reason, to: share ?? 0 }
    case 'takeover':
      if (share === undefined)
        throw wrongShare('A takeover needs the share that you set.', 'Expected the percent to set, such as 25.')
      return { action, reason, to: share }
    default:
      if (share !== undefined)
        throw wrongShare(`"${action}" sets no share.`, 'Leave it out, or choose proceed, rollback or takeover.')
      return { action, reason }
  }
}

/** What a person asked for, and when, for a replay. */
export const recordedAction = ({ state }: RolloutRecord, action: Action, nowMs: number): RecordedInput => ({
  kind: 'action',
  attempt: state.attempt,
  index: state.block,
  action,
  nowMs,
  engine: engineVersion,
})

const wrongShare = (detail: string, message: string): SluiceError =>
  new SluiceError('UNPROCESSABLE', detail, { errors: [{ pointer: '/to', code: 'rule', message }] })

/** What an action comes to; refused in words. */
export function decided(record: RolloutRecord, action: Action, nowMs: number): Decision {
  const decision = act(record.plan, record.state, action, nowMs)
  if ('refused' in decision)
    throw new SluiceError('STATE_CONFLICT', decision.refused, {
      hint: 'See where it stands: "sluice rollout get", or GET the rollout.',
    })
  return decision
}
