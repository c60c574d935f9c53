// What keeps a rollout from starting or going on beside its evidence: who answers it, and what follows when it is met.
import { SluiceError } from '@sluice/contract'
import type { ActionInput, CheckResultInput, NoteInput, Rollout } from '@sluice/contract'
import type { Action, Decision, DecisionAction } from '@sluice/core/rollout'
import { engineActor } from '../events/event.ts'
import type { Actor } from '../events/event.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import { carryOut } from '../rollouts/carry-out.ts'
import type { CarriedOut } from '../rollouts/carry-out.ts'
import { readDecision } from '../rollouts/decision-event.ts'
import type { Told } from '../rollouts/decision-event.ts'
import { eventsOf } from '../rollouts/decisions-of.ts'
import { decided, recordedAction } from '../rollouts/person-action.ts'
import type { RolloutRecord } from '../rollouts/rollout-record.ts'
import { findRollout } from '../rollouts/rollout-store.ts'
import type { Acted, RunnerParts } from '../rollouts/runner-parts.ts'
import { checkLastWasExplained, withResult } from './check-result.ts'
import { waitingForOthers, wasKilledSince } from './predecessors.ts'
import { openItems, releaseFacts } from './release.ts'
import type { Armed } from './release.ts'

/** The engine, as far as the desk needs it: its one queue, its records, its commits. */
export interface Engine {
  inTurn<T>(work: () => Promise<T>): Promise<T>
  find(environment: string, id: string): Promise<RolloutRecord>
  view(record: RolloutRecord): Rollout
  liveOn(environment: string, flag: string): RolloutRecord | undefined
  lastSeq(): Promise<number>
  commit(work: (transaction: DatabaseTransaction) => Promise<CarriedOut>): Promise<CarriedOut>
}

export class ReleaseDesk {
  readonly #engine: Engine
  readonly #parts: RunnerParts
  /** Drafts whose start waits for something else. */
  readonly #armed = new Map<string, RolloutRecord>()

  constructor(engine: Engine, parts: RunnerParts) {
    this.#engine = engine
    this.#parts = parts
  }

  records(): readonly RolloutRecord[] {
    return [...this.#armed.values()]
  }

  recordOf(id: string): RolloutRecord | undefined {
    return this.#armed.get(id)
  }

  /** Takes note of a rollout as it is now. */
  adopt(record: RolloutRecord): void {
    if (record.release.armed && record.state.stage < 0) this.#armed.set(record.id, record)
    else this.#armed.delete(record.id)
  }

  /** In place of a person's action, what has to be done first: a start that waits is armed, a hold takes that back. */
  async instead(record: RolloutRecord, { action, reason }: ActionInput, actor: Actor): Promise<Acted | null> {
    if (action === 'hold' && record.release.armed)
      return this.#disarm(record, 'It no longer starts by itself', actor, reason ?? null)
    if (action !== 'start' || record.state.stage >= 0) return null
    const { kysely } = this.#parts.database
    await checkLastWasExplained(kysely, record, reason ?? record.reason)
    const atMs = this.#parts.clock.now()
    const waiting = await waitingForOthers(kysely, record, this.#parts.environments)
    if (waiting.length === 0 && openItems(record, atMs).length === 0) return null
    return this.#arm(record, { actor, reason: reason ?? '', atMs, waiting })
  }

  /** Notes the answer to an item of the checklist; a start that waited for it goes ahead. */
  check(environment: string, id: string, input: CheckResultInput, actor: Actor): Promise<Acted> {
    return this.#engine.inTurn(async () => {
      const record = await this.#engine.find(environment, id)
      const checked = withResult(record, input, actor, this.#parts.clock.now())
      const acted = await this.#note(checked.record, 'check', checked.sentence, { actor, reason: input.note ?? null })
      await this.startArmed()
      return { ...acted, rollout: this.#engine.view(await this.#engine.find(environment, record.id)) }
    })
  }

  /** A person's note for the deployment log; a new wording of an earlier one leaves that in the history. */
  note(environment: string, id: string, { text, replaces }: NoteInput, actor: Actor): Promise<Acted> {
    return this.#engine.inTurn(async () => {
      const record = await this.#engine.find(environment, id)
      const events = await eventsOf(this.#parts.database.kysely, environment, record.id)
      if (replaces !== undefined && !events.some((event) => event.id === replaces && event.action === 'note'))
        throw new SluiceError('UNPROCESSABLE', 'There is no such note in this rollout.', {
          errors: [{ pointer: '/replaces', code: 'rule', message: 'Expected the id of a note of GET log.' }],
        })
      return this.#note(record, 'note', text, { actor, reason: null, ...(replaces === undefined ? {} : { replaces }) })
    })
  }

  #arm(record: RolloutRecord, armed: Armed): Promise<Acted> {
    const next = { ...record, release: { ...record.release, armed } }
    const waiting = releaseFacts(next, armed.atMs).open.map(({ sentence }) => sentence)
    const sentence = `Starts by itself after: ${waiting.join(', ')}`
    return this.#note(next, 'arm', sentence, { actor: armed.actor, reason: armed.reason })
  }

  #disarm(record: RolloutRecord, sentence: string, actor: Actor, reason: string | null): Promise<Acted> {
    const next = { ...record, release: { ...record.release, armed: null } }
    return this.#note(next, 'hold', sentence, { actor, reason })
  }

  /** Something that changes no share: the rollout and one event. */
  async #note(
    record: RolloutRecord,
    action: DecisionAction,
    sentence: string,
    told: Omit<Told, 'verdicts'>,
  ): Promise<Acted> {
    const { state } = record
    const share = state.sharePer100k
    const decision: Decision = {
      next: state,
      effects: [{ effect: 'record', action, from: share, to: share }],
      why: { code: told.actor.kind === 'engine' ? 'ENGINE' : 'PERSON', sentence },
    }
    const done = await this.#engine.commit((transaction) =>
      carryOut(transaction, record, decision, { ...told, verdicts: [] }, '', this.#parts),
    )
    return {
      changed: true,
      rollout: this.#engine.view(done.record),
      decision: done.event ? readDecision(done.event) : null,
    }
  }

  /** Starts whatever waited only for what has happened by now. Whatever goes wrong with one of them stops nothing else. */
  async startArmed(): Promise<void> {
    for (const { id, environment } of this.records())
      // What one of them runs into must not look like a failure of the step that came before.
      await this.#startIfReady(environment, id).catch((error: unknown) => {
        this.#parts.logger.error('A rollout that waits could not start; it is tried again.', { rollout: id, error })
      })
  }

  async #startIfReady(environment: string, id: string): Promise<void> {
    const { kysely } = this.#parts.database
    const record = await findRollout(kysely, environment, id)
    const armed = record?.release.armed
    if (!record || !armed) {
      this.#armed.delete(id)
      return
    }
    if (this.#engine.liveOn(environment, record.flag)) return
    const waiting = await waitingForOthers(kysely, record, this.#parts.environments)
    const nowMs = this.#parts.clock.now()
    if (waiting.length > 0 || openItems(record, nowMs).length > 0) {
      if (waiting.join() !== armed.waiting.join()) await this.#arm(record, { ...armed, waiting })
      return
    }
    if (await wasKilledSince(kysely, record, armed.atMs)) {
      await this.#disarm(record, 'It does not start by itself: the flag was switched off meanwhile', engineActor, null)
      return
    }
    const ready = { ...record, sealedSeq: await this.#engine.lastSeq(), release: { ...record.release, armed: null } }
    const said = `${armed.actor.name} asked for it${armed.reason === '' ? '' : `: ${armed.reason}`}; all that it waited for is met`
    const action: Action = { action: 'start', reason: said }
    const decision = decided(ready, action, nowMs)
    const input = recordedAction(ready, action, nowMs)
    const told = { actor: engineActor, reason: armed.reason, verdicts: [], input }
    await this.#engine
      .commit((transaction) => carryOut(transaction, ready, decision, told, this.#parts.random.salt(), this.#parts))
      .catch(async (error: unknown) => {
        // The flag has changed, and trying again would not help: a person has to look.
        if (!(error instanceof SluiceError) || error.code === 'VERSION_CONFLICT') throw error
        await this.#disarm(record, `It does not start by itself: ${error.message}`, engineActor, null)
      })
  }
}
