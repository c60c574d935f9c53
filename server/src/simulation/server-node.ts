import { SluiceError } from '@sluice/contract'
import type { ActionInput, PlanInput, Rollout } from '@sluice/contract'
import { step } from '@sluice/core/rollout'
import { builtInEnvironments, ensureEnvironments } from '../environments/environment-store.ts'
import { applyEdit, versionConflict } from '../flags/flag-service.ts'
import type { FlagEdit } from '../flags/edit-flag.ts'
import { findFlag } from '../flags/flag-store.ts'
import type { StoredFlag } from '../flags/flag-store.ts'
import { publishSnapshot, reloadSnapshot } from '../flags/publish-snapshot.ts'
import type { Publication } from '../flags/change-flag.ts'
import { SnapshotCache } from '../flags/snapshot-cache.ts'
import type { CachedSnapshot } from '../flags/snapshot-cache.ts'
import { ingestObservations } from '../observations/ingest-observations.ts'
import { pruneObservations } from '../observations/prune-observations.ts'
import type { Database } from '../ports/database.ts'
import { silentLogger } from '../ports/logger.ts'
import type { Random } from '../ports/random.ts'
import { RolloutRunner } from '../rollouts/rollout-runner.ts'
import { noFleet } from '../rollouts/runner-parts.ts'
import type { RunnerParts } from '../rollouts/runner-parts.ts'
import { StoreWatch } from '../rollouts/store-watch.ts'
import { InjectedFault, type Faults } from './faults.ts'
import { environment } from './observer.ts'
import type { Asked } from './reference.ts'
import type { Sabotage } from './sabotage.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import type { NodeName } from './trace.ts'

const person = { kind: 'person', id: 'ada', name: 'Ada' } as const

/** How a request ended, as its sender sees it: `crashed` is a connection that broke. */
export type Answer<T> =
  | { readonly answer: 'done'; readonly value: T }
  | { readonly answer: 'refused'; readonly code: string }
  | { readonly answer: 'failed' }
  | { readonly answer: 'broken'; readonly error: string }
  | { readonly answer: 'crashed' }

export interface NodeParts {
  readonly name: NodeName
  readonly clock: SimulatedClock
  readonly random: Random
  readonly faults: Faults
  readonly sabotage: Sabotage
  readonly connect: () => Database
  readonly told: (what: 'decision' | 'revision', id: string, revision: number) => void
  /** A failure that was logged and not answered. */
  readonly logged: (error: unknown) => void
}

/** One server: the real use cases over a database that fails and a clock that lies. */
export class ServerNode {
  readonly name: NodeName
  readonly clock: SimulatedClock
  readonly faults: Faults
  readonly #parts: RunnerParts
  readonly #runner: RolloutRunner
  readonly #watch: StoreWatch
  readonly #sabotage: Sabotage
  readonly #asked = new Map<string, Asked>()
  /** What was answered before it was done. */
  #unfinished: Promise<unknown> = Promise.resolve()
  #isUp = false

  constructor({ name, clock, random, faults, sabotage, connect, told, logged }: NodeParts) {
    this.name = name
    this.clock = clock
    this.faults = faults
    this.#sabotage = sabotage
    const cache = new SnapshotCache()
    const alive = (tell: () => void) => void (faults.alive && tell())
    this.#parts = {
      database: sabotage.publishesEarly ? this.#publishingEarly(connect()) : connect(),
      // What a dead server still does must not wake the next one on its machine.
      clock: { now: clock.now, schedule: (atMs, run) => (faults.alive ? clock.schedule(atMs, run) : { cancel() {} }) },
      random,
      cache,
      environments: [environment],
      logger: { ...silentLogger, error: (_, fields) => logged(fields?.['error']) },
      audience: {
        patch: ({ revision }) => alive(() => told('revision', String(revision), revision)),
        put: ({ revision }) => alive(() => told('revision', String(revision), revision)),
      },
      instances: noFleet,
      rolloutAudience: {
        rollout() {},
        decision: (_, { id, revision }) => alive(() => told('decision', id, revision)),
      },
    }
    const core = sabotage.core?.() ?? step
    this.#runner = new RolloutRunner(this.#parts, (plan, state, block, facts) => {
      this.#asked.set(plan.flag, { block: block.index, facts })
      return core(plan, state, block, facts)
    })
    this.#watch = new StoreWatch(this.#runner, this.#parts)
  }

  get isUp(): boolean {
    return this.#isUp && this.faults.alive
  }

  /** What the core was last asked about a flag's rollout. */
  asked(flag: string): Asked | undefined {
    return this.#asked.get(flag)
  }

  /** As `start-server` does: environments, what is served, then the running rollouts. */
  start(): Promise<Answer<void>> {
    return this.#answered(async () => {
      const { database, clock, random, cache } = this.#parts
      await database.transaction((transaction) => ensureEnvironments(transaction, clock.now(), random))
      for (const name of builtInEnvironments) await reloadSnapshot(name, database, cache)
      await this.#runner.start()
      this.#watch.start()
      this.#isUp = true
    })
  }

  /** Lets what is due happen; resolves when it has. */
  async wake(): Promise<void> {
    await Promise.race([Promise.all(this.clock.due().map((run) => run())), this.faults.death])
  }

  /** Resolves when nothing of this server is under way any more. */
  async settled(): Promise<void> {
    await Promise.race([this.#unfinished, this.faults.death])
  }

  served(): CachedSnapshot | undefined {
    return this.#parts.cache.get(environment)
  }

  ingest(id: string, observations: readonly unknown[], isPublic: boolean, sent: number): Promise<Answer<number>> {
    return this.#answered(async () => {
      const batch = { environment, id: this.#sabotage.batchId?.(id, sent) ?? id, observations, isPublic }
      const stored = ingestObservations(batch, this.#parts, this.#runner)
      if (!this.#sabotage.acknowledgesEarly) return (await stored).accepted
      this.#unfinished = Promise.allSettled([stored, this.#unfinished])
      return observations.length
    })
  }

  /** Deletes what is older than that, as the server does every hour. */
  prune(olderThanMs: number): Promise<Answer<number>> {
    return this.#answered(() => pruneObservations(this.#parts.database, this.clock.now() - olderThanMs))
  }

  create(input: PlanInput, start: boolean): Promise<Answer<string>> {
    const options = { actor: person, start, dryRun: false }
    return this.#answered(async () => (await this.#runner.create(environment, input, options)).id)
  }

  /** `expects` is the version in `If-Match`. */
  act(id: string, input: ActionInput, expects: number | null): Promise<Answer<unknown>> {
    return this.#answered(async () => {
      const precondition = ({ version }: Rollout): void => {
        if (expects !== null && version !== expects) throw new SluiceError('VERSION_CONFLICT', 'Another version.')
      }
      if (!this.#sabotage.checksEarly) return this.#runner.act(environment, id, input, person, precondition)
      precondition(this.#runner.view(await this.#runner.find(environment, id)))
      return this.#runner.act(environment, id, input, person)
    })
  }

  /** `expects` is the version in `If-Match`. */
  edit(key: string, edit: FlagEdit, reason: string, expects: number | null): Promise<Answer<unknown>> {
    return this.#answered(async () => {
      const precondition = (current: StoredFlag | null): void => {
        if (expects !== null && current?.version !== expects) throw versionConflict(current)
      }
      const request = { environment, key, edit, actor: person, reason, reshuffle: false }
      if (!this.#sabotage.checksEarly) return applyEdit({ ...request, precondition }, this.#parts)
      precondition(await findFlag(this.#parts.database.kysely, environment, key))
      return applyEdit(request, this.#parts)
    })
  }

  flag(key: string): Promise<Answer<StoredFlag | null>> {
    return this.#answered(() => findFlag(this.#parts.database.kysely, environment, key))
  }

  /** A rollout, by its id or flag, as people are shown it. */
  view(id: string): Promise<Answer<Rollout>> {
    return this.#answered(async () => this.#runner.view(await this.#runner.find(environment, id)))
  }

  async #answered<T>(work: () => Promise<T>): Promise<Answer<T>> {
    if (!this.faults.alive) return { answer: 'crashed' }
    try {
      const value = await Promise.race([work(), this.faults.death.then(() => crashed)])
      return value === crashed ? { answer: 'crashed' } : { answer: 'done', value: value as T }
    } catch (error) {
      if (error instanceof SluiceError) return { answer: 'refused', code: error.code }
      if (error instanceof InjectedFault) return { answer: 'failed' }
      return { answer: 'broken', error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
    }
  }

  /** The planted bug: what a transaction will change is published before it is committed. */
  #publishingEarly(database: Database): Database {
    return {
      ...database,
      transaction: (work, options) =>
        database.transaction(async (transaction) => {
          const done = await work(transaction)
          const { publication } = (done ?? {}) as { publication?: Publication | null }
          if (publication) await publishSnapshot(publication, this.#parts)
          return done
        }, options),
    }
  }
}

const crashed = Symbol('crashed')
