// The engine's shell: seals blocks as their time comes, carries out what the core decides, and lets people act. All writes
// go through one queue, so that what a block holds is what was accepted before it was sealed.
import { SluiceError } from '@sluice/contract'
import type { ActionInput, PlanInput, Rollout } from '@sluice/contract'
import { judge, positionOf, step } from '@sluice/core/rollout'
import type { Facts } from '@sluice/core/rollout'
import { checkItemsDone } from '../checklists/check-result.ts'
import { ReleaseDesk } from '../checklists/release-desk.ts'
import { releaseFacts } from '../checklists/release.ts'
import { engineActor } from '../events/event.ts'
import type { Actor } from '../events/event.ts'
import { publishSnapshot } from '../flags/publish-snapshot.ts'
import { rowsAfter } from '../observations/observation-store.ts'
import type { StoredRow } from '../observations/observation-store.ts'
import type { Timer } from '../ports/clock.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import { seriesOf } from './block-series.ts'
import { insertBlock } from './block-store.ts'
import type { SealedBlock } from './block-store.ts'
import { isCheckpointDue, saveCheckpoint } from './checkpoint-store.ts'
import { carryOut } from './carry-out.ts'
import type { CarriedOut } from './carry-out.ts'
import { planRollout } from './create-rollout.ts'
import { insertToldBlock } from './sealed-block-store.ts'
import { readDecision } from './decision-event.ts'
import { actionOf, decided, recordedAction } from './person-action.ts'
import type { Acted, RunnerParts } from './runner-parts.ts'
import { isLive } from './rollout-record.ts'
import type { RolloutRecord } from './rollout-record.ts'
import {
  armedRollouts,
  findRollout,
  insertRollout,
  liveRollouts,
  rolloutById,
  watchedVersions,
} from './rollout-store.ts'
import { rebuildLedger, ledgerRows } from './rebuild-ledger.ts'
import type { KeptLedger } from './rebuild-ledger.ts'
import { addRows } from './totals.ts'
import { verdictViews, viewRollout } from './rollout-view.ts'
import { staleSdks } from './stale-sdks.ts'

export class RolloutRunner {
  readonly #parts: RunnerParts
  readonly #step: typeof step
  readonly #live = new Map<string, RolloutRecord>()
  readonly #desk: ReleaseDesk
  readonly #ledgers = new Map<string, KeptLedger>()
  readonly #timers = new Map<string, Timer>()
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  /** `decideBlock` is the core's `step`; a simulation hands in one that it watches. */
  constructor(parts: RunnerParts, decideBlock = step) {
    this.#parts = parts
    this.#step = decideBlock
    this.#desk = new ReleaseDesk(
      {
        inTurn: (work) => this.inTurn(work),
        find: (environment, id) => this.find(environment, id),
        view: (record) => this.view(record),
        liveOn: (environment, flag) => this.liveOn(environment, flag),
        lastSeq: () => this.#lastSeq(),
        commit: (work) => this.#commit(work),
      },
      parts,
    )
  }

  /** Takes up what was running when the server stopped. */
  async start(): Promise<void> {
    const { kysely } = this.#parts.database
    for (const record of [...(await liveRollouts(kysely)), ...(await armedRollouts(kysely))]) this.#adopt(record)
    await this.startArmed()
  }

  /** Takes up what is stored otherwise than it is known here: a commit may have arrived though its answer did not. */
  adoptStored(): Promise<void> {
    return this.inTurn(async () => {
      const { kysely } = this.#parts.database
      const stored = new Map((await watchedVersions(kysely)).map(({ id, version }) => [id, version]))
      for (const id of new Set([
        ...stored.keys(),
        ...this.#live.keys(),
        ...this.#desk.records().map((record) => record.id),
      ])) {
        const known = this.#live.get(id) ?? this.#desk.recordOf(id)
        if (known?.version === stored.get(id)) continue
        this.#ledgers.delete(id)
        const record = await rolloutById(kysely, id)
        if (record) this.#adopt(record)
      }
    })
  }

  /** Starts what is armed and waits for nothing any more; called now and then, as a start may have failed. */
  startArmed(): Promise<void> {
    return this.inTurn(() => this.#desk.startArmed())
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers.values()) timer.cancel()
    await this.#queue.catch(() => undefined)
  }

  /** Every rollout under way, as people see it. */
  live(): readonly Rollout[] {
    return this.liveRecords().map((record) => this.view(record))
  }

  liveRecords(): readonly RolloutRecord[] {
    return [...this.#live.values()]
  }

  /** Checklists, notes, and starts that wait. */
  get desk(): ReleaseDesk {
    return this.#desk
  }

  /** The running rollout of a flag. */
  liveOn(environment: string, flag: string): RolloutRecord | undefined {
    return this.liveRecords().find((record) => record.environment === environment && record.flag === flag)
  }

  /** Runs `work` after everything before it, and before everything after it. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work)
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  view(record: RolloutRecord): Rollout {
    return viewRollout(record, this.#facts(record, this.#parts.clock.now()))
  }

  async create(
    environment: string,
    input: PlanInput,
    options: { actor: Actor; start: boolean; dryRun: boolean },
  ): Promise<Rollout> {
    const record = await planRollout(environment, input, this.#parts)
    if (options.dryRun) return this.view(record)
    await this.inTurn(() => this.#parts.database.transaction((transaction) => insertRollout(transaction, record)))
    if (!options.start) return this.view(record)
    const started = await this.act(
      environment,
      record.id,
      { action: 'start', reason: input.reason ?? '' },
      options.actor,
    )
    return started.rollout
  }

  async find(environment: string, id: string): Promise<RolloutRecord> {
    const stored = await findRollout(this.#parts.database.kysely, environment, id)
    if (!stored)
      throw new SluiceError('NOT_FOUND', `There is no rollout "${id.slice(0, 80)}" in ${environment}.`, {
        hint: '"sluice rollout ls" lists them, or GET rollouts; the key of a flag names its newest.',
      })
    return this.#live.get(stored.id) ?? stored
  }

  /** What an action would do, without doing it. */
  async preview(
    environment: string,
    id: string,
    input: ActionInput,
  ): Promise<{ fromPercent: number; toPercent: number; units: number; sentence: string }> {
    const record = await this.find(environment, id)
    this.#refuseBesideAnother(record)
    const decision = decided(record, actionOf(input), this.#parts.clock.now())
    const [from, to] = [record.state.sharePer100k / 1000, decision.next.sharePer100k / 1000]
    const units = record.totals.candidate.units
    const lower =
      to < from
        ? `${to === 0 ? `all of the ${units}` : `most of the ${units}`} users seen with "${record.plan.candidate}" return to "${record.plan.baseline}"`
        : null
    const raise = to > from ? `about ${to} % of users get "${record.plan.candidate}"` : 'the share stays as it is'
    return { fromPercent: from, toPercent: to, units, sentence: `${from} % → ${to} %: ${lower ?? raise}.` }
  }

  /** A person's action. It waits for nothing but the write before it; `precondition` sees the rollout as it is then. */
  act(
    environment: string,
    id: string,
    input: ActionInput,
    actor: Actor,
    precondition: (present: Rollout) => void = () => {},
  ): Promise<Acted> {
    return this.inTurn(async () => {
      const record = await this.find(environment, id)
      precondition(this.view(record))
      this.#refuseBesideAnother(record)
      const instead = await this.#desk.instead(record, input, actor)
      if (instead) return instead
      if (input.action === 'proceed') checkItemsDone(record, this.#parts.clock.now())
      const action = actionOf(input)
      const nowMs = this.#parts.clock.now()
      const decision = decided(record, action, nowMs)
      const verdicts =
        record.state.stage < 0
          ? []
          : verdictViews(record.plan, judge(record.plan, record.state, nowMs).verdicts, record.state.evidence)
      const told = { actor, reason: input.reason ?? null, verdicts, input: recordedAction(record, action, nowMs) }
      const fresh = input.action === 'start' ? { ...record, sealedSeq: await this.#lastSeq() } : record
      const done = await this.#commit((transaction) =>
        carryOut(transaction, fresh, decision, told, this.#parts.random.salt(), this.#parts),
      )
      if (decision.next.ended !== null) await this.#desk.startArmed()
      return { changed: true, rollout: this.view(done.record), decision: done.event ? readDecision(done.event) : null }
    })
  }

  /** Seals the block whose time is over, with all rows accepted so far. */
  async #seal(id: string): Promise<void> {
    const before = this.#live.get(id)
    if (!before || this.#closed) return
    const { plan, state } = before
    const nowMs = this.#parts.clock.now()
    const present = Math.floor((nowMs - state.attemptStartedMs) / plan.blockMs)
    if (present === state.block) return this.#adopt(before)
    // With a clock that was set back blocks go on by count: time does not count, guards do.
    const index = Math.max(state.block, present - 1)
    const rows = await rowsAfter(this.#parts.database.kysely, id, before.sealedSeq)
    const kept = await this.#ledgerOf(before)
    const { ledger } = kept
    const known = ledger.units
    const block = ledger.seal(ledgerRows(rows, state), positionOf(state, index))
    const facts = this.#facts(before, nowMs)
    const { decision, verdicts } = this.#step(plan, state, block, facts)
    const sealed: SealedBlock = {
      attempt: state.attempt,
      index,
      visit: state.visit,
      entry: state.entry,
      sharePer100k: state.sharePer100k,
      startMs: state.attemptStartedMs + index * plan.blockMs,
      endMs: state.attemptStartedMs + (index + 1) * plan.blockMs,
      fromSeq: before.sealedSeq,
      toSeq: rows.at(-1)?.seq ?? before.sealedSeq,
    }
    const record = {
      ...before,
      sealedSeq: sealed.toSeq,
      totals: addRows(before.totals, rows, state.visit, ledger.units),
    }
    const newUnits = { T: ledger.units.T - known.T, C: ledger.units.C - known.C }
    const told = { actor: engineActor, reason: null, verdicts: verdictViews(plan, verdicts, decision.next.evidence) }
    const rowsSince = kept.rowsSince + rows.length
    const isDue = isCheckpointDue(rowsSince, ledger.units)
    await this.#commit(async (transaction) => {
      if (isDue) {
        const { attempt } = state
        await saveCheckpoint(transaction, id, { attempt, toSeq: sealed.toSeq, image: ledger.save() })
      }
      if (rows.length > 0) await insertBlock(transaction, id, sealed, seriesOf(current(rows, state), newUnits))
      const hash = await insertToldBlock(transaction, id, { attempt: state.attempt, facts, block })
      const input = { kind: 'block', attempt: state.attempt, index, hash } as const
      return carryOut(transaction, record, decision, { ...told, input }, this.#parts.random.salt(), this.#parts)
    }).catch((error: unknown) => {
      // The ledger holds rows that were not committed with the block: it is built anew from what was.
      this.#ledgers.delete(id)
      throw error
    })
    if (this.#ledgers.get(id) === kept) this.#ledgers.set(id, { ...kept, rowsSince: isDue ? 0 : rowsSince })
    if (decision.next.ended !== null) await this.#desk.startArmed()
  }

  async #commit(work: (transaction: DatabaseTransaction) => Promise<CarriedOut>): Promise<CarriedOut> {
    const done = await this.#parts.database.transaction(work)
    this.#adopt(done.record)
    if (done.publication) await publishSnapshot(done.publication, this.#parts)
    const { rolloutAudience } = this.#parts
    if (done.event) rolloutAudience.decision(done.record.environment, readDecision(done.event))
    rolloutAudience.rollout(done.record.environment, this.view(done.record))
    return done
  }

  #adopt(record: RolloutRecord): void {
    this.#timers.get(record.id)?.cancel()
    this.#timers.delete(record.id)
    this.#desk.adopt(record)
    if (!isLive(record)) {
      this.#live.delete(record.id)
      this.#ledgers.delete(record.id)
      return
    }
    this.#live.set(record.id, record)
    if (this.#closed) return
    const { attemptStartedMs, block } = record.state
    const nowMs = this.#parts.clock.now()
    const present = Math.floor((nowMs - attemptStartedMs) / record.plan.blockMs)
    const { blockMs } = record.plan
    const dueMs = present < block ? nowMs + blockMs : attemptStartedMs + (present + 1) * blockMs
    this.#timers.set(
      record.id,
      this.#parts.clock.schedule(dueMs, () => this.#tick(record.id)),
    )
  }

  async #tick(id: string): Promise<void> {
    try {
      await this.inTurn(() => this.#seal(id))
    } catch (error) {
      this.#parts.logger.error('A block could not be sealed; it is tried again with the next one.', {
        rollout: id,
        error,
      })
      const stored = this.#live.get(id)
      const fresh = stored && (await findRollout(this.#parts.database.kysely, stored.environment, id).catch(() => null))
      if (fresh ?? stored) this.#adopt((fresh ?? stored) as RolloutRecord)
    }
  }

  /** The share belongs to the rollout that runs: a draft or an old one must not pull it from under its feet. */
  #refuseBesideAnother({ id, environment, flag }: RolloutRecord): void {
    const running = this.liveOn(environment, flag)
    if (!running || running.id === id) return
    throw new SluiceError('STATE_CONFLICT', `The rollout ${running.id} is running on this flag, and moves its share.`, {
      hint: 'Act on that one; roll it back, or let it end, before another begins.',
    })
  }

  async #ledgerOf(record: RolloutRecord): Promise<KeptLedger> {
    const kept = this.#ledgers.get(record.id)
    if (kept?.attempt === record.state.attempt) return kept
    const rebuilt = await rebuildLedger(record, this.#parts.database.kysely)
    this.#ledgers.set(record.id, rebuilt)
    return rebuilt
  }

  async #lastSeq(): Promise<number> {
    const row = await this.#parts.database.kysely
      .selectFrom('observations')
      .select((eb) => eb.fn.max('seq').as('seq'))
      .executeTakeFirst()
    return Number(row?.seq ?? 0)
  }

  /** What the core is told beside the evidence. */
  #facts(record: RolloutRecord, nowMs: number): Facts {
    const { environment, flag } = record
    const { open, armed } = releaseFacts(record, nowMs)
    return {
      nowMs,
      flagEnabled: this.#parts.cache.get(environment)?.flags[flag]?.enabled ?? false,
      sampleRatioHolds: true,
      open: [...open, ...staleSdks(record, this.#parts.instances)],
      armed,
    }
  }
}

const current = (rows: readonly StoredRow[], { visit }: { visit: number }): readonly StoredRow[] =>
  rows.filter((row) => row.visit === visit)
