import type { CheckItem, CheckResultInput, Series } from '@sluice/contract'
import { engineActor } from '../events/event.ts'
import { get } from '../outbound/request.ts'
import type { RequestOptions } from '../outbound/request.ts'
import type { Timer } from '../ports/clock.ts'
import { chart } from '../rollouts/block-series.ts'
import { chartBlocks } from '../rollouts/block-store.ts'
import type { RolloutRecord } from '../rollouts/rollout-record.ts'
import type { RolloutRunner } from '../rollouts/rollout-runner.ts'
import type { RunnerParts } from '../rollouts/runner-parts.ts'
import { countingResult, dueItems } from './release.ts'

const lookEveryMs = 10_000

/** Answers the items of checklists that need no person: addresses that must answer, figures that must be reached. */
export class CheckKeeper {
  readonly #runner: RolloutRunner
  readonly #parts: RunnerParts
  readonly #request: RequestOptions
  #timer: Timer | undefined
  #stopped = false

  constructor(runner: RolloutRunner, parts: RunnerParts, request: RequestOptions) {
    this.#runner = runner
    this.#parts = parts
    this.#request = request
  }

  start(): void {
    if (this.#stopped) return
    this.#timer = this.#parts.clock.schedule(this.#parts.clock.now() + lookEveryMs, async () => {
      await this.look().catch((error: unknown) => this.#parts.logger.error('Checks could not be run.', { error }))
      this.start()
    })
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  /** Runs what is due now, of rollouts under way and of those that wait to start; notes an answer when it is another one. */
  async look(): Promise<void> {
    for (const record of [...this.#runner.liveRecords(), ...this.#runner.desk.records()])
      for (const item of dueItems(record)) {
        const answer = await this.#answer(record, item)
        const last = countingResult(item, record, this.#parts.clock.now())
        if (!answer || last?.state === 'skipped' || last?.state === answer.state) continue
        await this.#runner.desk.check(record.environment, record.id, { item: item.id, ...answer }, engineActor)
      }
  }

  async #answer(
    { id, plan, state }: RolloutRecord,
    { source }: CheckItem,
  ): Promise<Pick<CheckResultInput, 'state' | 'note'> | null> {
    if (source.by === 'http') return asked(source.url, this.#request)
    if (source.by !== 'metric') return null
    const blocks = (await chartBlocks(this.#parts.database.kysely, id)).filter(
      ({ startMs }) => startMs >= state.stageStartedMs - plan.blockMs,
    )
    const value = figureOf(chart(blocks, 1, plan.blockMs).points[0]?.candidate, source.metric)
    if (value === null) return null
    const isMet = (source.above === null || value > source.above) && (source.below === null || value < source.below)
    return { state: isMet ? 'passed' : 'failed', note: `${source.metric} ${Number(value.toPrecision(4))}` }
  }
}

async function asked(url: string, options: RequestOptions): Promise<Pick<CheckResultInput, 'state' | 'note'>> {
  try {
    const { status } = await get(url, options)
    return { state: status >= 200 && status <= 299 ? 'passed' : 'failed', note: `it answered ${status}` }
  } catch (error) {
    return { state: 'failed', note: error instanceof Error ? error.message : 'no answer' }
  }
}

type Figures = Series['points'][number]['candidate']

/** A figure of the candidate's calls; null while there is none. */
function figureOf(
  figures: Figures | undefined,
  metric: (CheckItem['source'] & { by: 'metric' })['metric'],
): number | null {
  if (!figures || figures.calls === 0) return null
  switch (metric) {
    case 'calls':
      return figures.calls
    case 'error':
      return figures.errors / figures.calls
    case 'p50_latency_ms':
      return figures.p50LatencyMs
    case 'p95_latency_ms':
      return figures.p95LatencyMs
    case 'tokens':
      return figures.tokens
    case 'cost_usd':
      return figures.costUsd
    case 'quality':
      return figures.quality
  }
}
