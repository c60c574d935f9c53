import type { StoredEvent } from '../events/event.ts'
import { typeOf } from './event-type.ts'

/** What every receiver is told of an event. Rows, units and contexts are not in it. */
export interface Message {
  readonly type: string
  readonly timestamp: string
  readonly data: {
    readonly event: string
    readonly environment: string
    /** Rises within an environment: a message that overtook another is seen by it. */
    readonly sequence: number
    readonly subject: StoredEvent['subject']
    readonly flag: string | null
    readonly rollout: string | null
    readonly actor: StoredEvent['actor']
    readonly from: string | null
    readonly to: string | null
    readonly why: StoredEvent['why']
    readonly reason: string | null
    /** How to go back, for whom it wakes at night. */
    readonly rollback: string | null
    /** What the plan says people do about it. */
    readonly runbook: string | null
  }
}

export function messageOf(event: StoredEvent): Message {
  const {
    flag = null,
    rollout = null,
    runbook = null,
  } = (event.evidence ?? {}) as {
    flag?: string
    rollout?: string
    runbook?: string
  }
  const isRollout = event.subject.kind === 'rollout'
  const isAbout = isRollout || (typeof rollout === 'string' && rollout !== '' && event.action !== 'alert.resolved')
  const ofFlag = event.subject.kind === 'flag' ? event.subject.id : typeof flag === 'string' ? flag : null
  return {
    type: typeOf(event),
    timestamp: new Date(event.atMs).toISOString(),
    data: {
      event: event.id,
      environment: event.scope,
      sequence: event.seq,
      subject: event.subject,
      flag: ofFlag,
      rollout: isRollout ? event.subject.id : rollout,
      actor: event.actor,
      from: event.from,
      to: event.to,
      why: event.why,
      reason: event.reason,
      rollback: ofFlag && isAbout ? `sluice rollout rollback ${ofFlag} --env ${event.scope}` : null,
      runbook: typeof runbook === 'string' ? runbook : null,
    },
  }
}
