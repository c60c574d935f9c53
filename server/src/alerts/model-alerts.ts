import type { Alert, Referrer } from '@sluice/contract'
import type { Model } from '@sluice/core/catalogue'
import { type EventParts, appendEvent } from '../events/append-event.ts'
import { engineActor } from '../events/event.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import { listAlerts, saveAlert } from './alert-store.ts'

/** What the cause of these alerts begins with: a rollout's own causes leave them alone. */
export const modelCause = 'model:'

const leaving: Readonly<Record<string, string>> = {
  deprecated: 'is deprecated: it goes on being called, and is no longer offered',
  retired: 'is retired: it is called no more, the fallback answers in its place',
}

/**
 * Warns the flags that name a model once it is deprecated or retired, and takes the warning back when it is neither any more. Part
 * of the transaction that changes the model.
 */
export async function alertFlagsOf(
  transaction: DatabaseTransaction,
  { model, referrers }: { readonly model: Model; readonly referrers: readonly Referrer[] },
  parts: EventParts,
): Promise<void> {
  const flags = new Map<string, { environment: string; flag: string }>()
  for (const { kind, environment, ref } of referrers)
    if (kind === 'flag' && environment !== null) flags.set(`${environment} ${ref}`, { environment, flag: ref })
  for (const { environment, flag } of flags.values()) await alertOne(transaction, { model, environment, flag }, parts)
}

async function alertOne(
  transaction: DatabaseTransaction,
  { model, environment, flag }: { model: Model; environment: string; flag: string },
  parts: EventParts,
): Promise<void> {
  const cause = `${modelCause}${model.id}`
  const at = new Date(parts.clock.now()).toISOString()
  const known = await listAlerts(transaction, environment, { flag, states: ['open', 'acknowledged'] })
  const present = known.find((alert) => alert.cause === cause)
  const state = leaving[model.status]
  if (state === undefined) {
    if (present) await save(transaction, { ...present, state: 'resolved', resolvedAt: at }, 'alert.resolved', parts)
    return
  }
  const successor = model.replacedBy === undefined ? '' : ` "${model.replacedBy}" comes after it.`
  const alert: Alert = {
    id: present?.id ?? parts.random.id('al'),
    environment,
    flag,
    rollout: '',
    cause,
    severity: model.status === 'retired' ? 'CRITICAL' : 'WARNING',
    message: `The model "${model.id}", which the flag "${flag}" names, ${state}.${successor}`,
    action: 'Let its variants name another model.',
    runbook: null,
    evidence: null,
    state: 'open',
    openedAt: present?.openedAt ?? at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    resolvedBy: null,
    reopened: present?.reopened ?? 0,
  }
  await save(transaction, alert, 'alert.opened', parts)
}

async function save(
  transaction: DatabaseTransaction,
  alert: Alert,
  change: 'alert.opened' | 'alert.resolved',
  parts: EventParts,
): Promise<void> {
  await saveAlert(transaction, alert)
  const event = {
    actor: engineActor,
    subject: { kind: 'alert', id: alert.id },
    action: change,
    why: { code: alert.severity, sentence: alert.message },
    evidence: { flag: alert.flag, rollout: alert.rollout, cause: alert.cause, action: alert.action },
  }
  await appendEvent(transaction, alert.environment, event, parts)
}
