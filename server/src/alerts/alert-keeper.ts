import { SluiceError } from '@sluice/contract'
import type { Alert, AlertActionInput, Rollout } from '@sluice/contract'
import { appendEvent } from '../events/append-event.ts'
import type { EventParts } from '../events/append-event.ts'
import { type Actor, engineActor } from '../events/event.ts'
import type { Database } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import { findAlert, listAlerts, saveAlert } from './alert-store.ts'
import { type AlertCause, causesOf } from './causes-of.ts'
import { modelCause } from './model-alerts.ts'

export type AlertParts = EventParts & { readonly database: Database; readonly logger: Logger }

/** The same cause within this time is the same alert, come back. */
const sameAlertMs = 30 * 60_000

type Change = 'alert.opened' | 'alert.acknowledged' | 'alert.resolved'

/**
 * Keeps at most one alert open for each flag and cause: opened when the cause appears, resolved when it is gone, one event
 * at each change of state and none in between, however often one looks.
 */
export class AlertKeeper {
  readonly #parts: AlertParts
  /** What each flag's rollout was found with last: while that stays, there is nothing to do. */
  readonly #found = new Map<string, string>()
  #queue: Promise<unknown> = Promise.resolve()

  constructor(parts: AlertParts) {
    this.#parts = parts
  }

  /** Brings a flag's alerts in line with its newest rollout. Never fails: alerts must not stand in the engine's way. */
  reconcile(rollout: Rollout): Promise<void> {
    return this.#inTurn(() => this.#reconcile(rollout)).catch((error: unknown) => {
      this.#parts.logger.error('Alerts could not be brought in line; the next block tries again.', { error })
    })
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await this.#queue
  }

  /** A person's answer to an alert. Acknowledging stops nothing but the noise. */
  act(environment: string, id: string, { action, reason }: AlertActionInput, actor: Actor): Promise<Alert> {
    return this.#inTurn(async () => {
      const alert = await findAlert(this.#parts.database.kysely, environment, id)
      if (!alert)
        throw new SluiceError('NOT_FOUND', `There is no alert "${id.slice(0, 80)}" in ${environment}.`, {
          hint: '"sluice alerts" lists them, or GET alerts.',
        })
      if (alert.state === 'resolved' || (action === 'acknowledge' && alert.state === 'acknowledged'))
        throw new SluiceError('STATE_CONFLICT', `The alert is ${alert.state} already.`)
      const at = this.#now()
      const next: Alert =
        action === 'resolve'
          ? { ...alert, state: 'resolved', resolvedAt: at, resolvedBy: actor.name }
          : { ...alert, state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: actor.name }
      await this.#save(next, action === 'resolve' ? 'alert.resolved' : 'alert.acknowledged', actor, reason)
      return next
    })
  }

  async #reconcile(rollout: Rollout): Promise<void> {
    const { environment, flag, id } = rollout
    const place = `${environment}/${flag}`
    const causes = new Map(causesOf(rollout).map((cause) => [cause.cause, cause]))
    const found = [id, ...causes.keys()].join(' ')
    if (this.#found.get(place) === found) return
    const isFirstLook = !this.#found.has(place)
    const recent = await listAlerts(this.#parts.database.kysely, environment, { flag })
    for (const alert of recent)
      if (alert.state !== 'resolved' && !causes.has(alert.cause) && !alert.cause.startsWith(modelCause))
        await this.#save({ ...alert, state: 'resolved', resolvedAt: this.#now() }, 'alert.resolved', engineActor)
    for (const cause of causes.values()) {
      const last = recent.find((alert) => alert.cause === cause.cause)
      // A restart does not bring back what a person has dealt with.
      const isDealtWith = isFirstLook && last?.rollout === id && last.resolvedBy !== null
      if (last?.state !== 'open' && last?.state !== 'acknowledged' && !isDealtWith)
        await this.#open(rollout, cause, last)
    }
    this.#found.set(place, found)
  }

  async #open({ environment, flag, id: rollout }: Rollout, cause: AlertCause, last?: Alert): Promise<void> {
    const at = this.#now()
    const cameBack = last?.resolvedAt && Date.parse(at) - Date.parse(last.resolvedAt) < sameAlertMs ? last : undefined
    const alert: Alert = {
      id: cameBack?.id ?? this.#parts.random.id('al'),
      environment,
      flag,
      rollout,
      ...cause,
      state: 'open',
      openedAt: cameBack?.openedAt ?? at,
      acknowledgedAt: null,
      acknowledgedBy: null,
      resolvedAt: null,
      resolvedBy: null,
      reopened: cameBack ? cameBack.reopened + 1 : 0,
    }
    await this.#save(alert, 'alert.opened', engineActor)
  }

  async #save(alert: Alert, change: Change, actor: Actor, reason?: string): Promise<void> {
    await this.#parts.database.transaction(async (transaction) => {
      await saveAlert(transaction, alert)
      const event = {
        actor,
        subject: { kind: 'alert', id: alert.id },
        action: change,
        why: { code: alert.severity, sentence: alert.message },
        reason: reason ?? null,
        evidence: {
          flag: alert.flag,
          rollout: alert.rollout,
          cause: alert.cause,
          action: alert.action,
          ...(alert.runbook === null ? {} : { runbook: alert.runbook }),
        },
      }
      await appendEvent(transaction, alert.environment, event, this.#parts)
    })
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work)
    this.#queue = turn.catch(() => undefined)
    return turn
  }
}
