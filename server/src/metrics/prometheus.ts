import type { Rollout } from '@sluice/contract'
import type { Kysely } from 'kysely'
import type { Counter, Gauge, Registry } from 'prom-client'
import type { InstanceRegistry } from '../http/instances.ts'
import type { Database, Tables } from '../ports/database.ts'

export interface PrometheusParts {
  readonly database: Database
  readonly environments: readonly string[]
  readonly instances: InstanceRegistry
  /** The rollouts that the engine looks after. */
  readonly live: () => readonly Rollout[]
}

interface Instruments {
  readonly registry: Registry
  readonly state: Gauge
  readonly exposure: Gauge
  readonly verdict: Gauge
  readonly evidence: Gauge
  readonly instances: Gauge
  readonly decisions: Counter
  readonly observations: Counter
}

/** What Prometheus scrapes, read when it is asked for. Labels are flags and guardrails, never units. */
export class PrometheusMetrics {
  readonly #parts: PrometheusParts
  #instruments: Promise<Instruments> | undefined
  /** The last event of each environment, and the last observation, that the counters hold. */
  readonly #countedEvents = new Map<string, number>()
  #countedRows: number | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: PrometheusParts) {
    this.#parts = parts
  }

  /** The exposition with its media type. Two scrapes at once take turns, or both would count the same events. */
  scrape(): Promise<{ readonly text: string; readonly mediaType: string }> {
    const turn = this.#turn.then(() => this.#read())
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #read(): Promise<{ readonly text: string; readonly mediaType: string }> {
    const instruments = await (this.#instruments ??= createInstruments())
    const { database, environments, instances, live } = this.#parts
    setRollouts(instruments, live())
    for (const environment of environments) {
      instruments.instances.set({ environment }, instances.list(environment).length)
      await this.#countDecisions(database.kysely, environment, instruments.decisions)
    }
    await this.#countObservations(database.kysely, instruments.observations)
    return { text: await instruments.registry.metrics(), mediaType: instruments.registry.contentType }
  }

  async #countDecisions(db: Kysely<Tables>, environment: string, counter: Counter): Promise<void> {
    const rows = await db
      .selectFrom('events')
      .select((eb) => ['action', 'why_code', eb.fn.countAll().as('count'), eb.fn.max('seq').as('last')])
      .where('scope', '=', environment)
      .where('subject_kind', '=', 'rollout')
      .where('seq', '>', this.#countedEvents.get(environment) ?? 0)
      .groupBy(['action', 'why_code'])
      .execute()
    for (const { action, why_code: cause, count, last } of rows) {
      counter.inc({ environment, action, cause: cause ?? '' }, Number(count))
      this.#countedEvents.set(environment, Math.max(this.#countedEvents.get(environment) ?? 0, Number(last)))
    }
  }

  async #countObservations(db: Kysely<Tables>, counter: Counter): Promise<void> {
    // From the first scrape on: to count all that are stored could take seconds.
    const since = (this.#countedRows ??= await lastSeq(db))
    const rows = await db
      .selectFrom('observations')
      .select((eb) => ['environment', 'status', eb.fn.countAll().as('count'), eb.fn.max('seq').as('last')])
      .where('seq', '>', since)
      .groupBy(['environment', 'status'])
      .execute()
    for (const { environment, status, count } of rows) counter.inc({ environment, status }, Number(count))
    this.#countedRows = Math.max(since, ...rows.map(({ last }) => Number(last)))
  }
}

async function lastSeq(db: Kysely<Tables>): Promise<number> {
  const row = await db
    .selectFrom('observations')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .executeTakeFirst()
  return Number(row?.seq ?? 0)
}

/** The library costs 20 MB: a server that nobody scrapes does without. */
async function createInstruments(): Promise<Instruments> {
  const { Counter, Gauge, Registry, collectDefaultMetrics } = await import('prom-client')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, labelNames: string[]): Gauge =>
    new Gauge({ name: `sluice_${name}`, help, labelNames, registers: [registry] })
  const counter = (name: string, help: string, labelNames: string[]): Counter =>
    new Counter({ name: `sluice_${name}`, help, labelNames, registers: [registry] })
  const rollout = ['environment', 'flag']
  return {
    registry,
    state: gauge('rollout_state', 'State of each rollout under way: 1 at the state it is in.', [...rollout, 'state']),
    exposure: gauge('exposure_ratio', 'Share of units that get the candidate, 0 to 1.', rollout),
    verdict: gauge('verdict', 'Verdict of each guardrail: 1 at the one it has.', [...rollout, 'guardrail', 'verdict']),
    evidence: gauge('evidence', 'Evidence of harm as log E; a breach at its limit.', [...rollout, 'guardrail']),
    instances: gauge('instances', 'SDKs connected.', ['environment']),
    decisions: counter('rollout_decisions_total', 'Steps taken, by engine or people.', [
      'environment',
      'action',
      'cause',
    ]),
    observations: counter('observations_total', 'Rows accepted, by what became of them.', ['environment', 'status']),
  }
}

function setRollouts({ state, exposure, verdict, evidence }: Instruments, rollouts: readonly Rollout[]): void {
  // What has ended must not stand there for ever as it was last seen.
  for (const gauge of [state, exposure, verdict, evidence]) gauge.reset()
  for (const { environment, flag, ...rollout } of rollouts) {
    state.set({ environment, flag, state: rollout.state }, 1)
    exposure.set({ environment, flag }, rollout.exposure.set / 100)
    for (const { guardrail, verdict: word, harm } of rollout.verdicts) {
      verdict.set({ environment, flag, guardrail, verdict: word }, 1)
      evidence.set({ environment, flag, guardrail }, harm.logE)
    }
  }
}
