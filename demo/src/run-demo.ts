import { createClient } from '@sluice/sdk'
import type { SluiceClient } from '@sluice/sdk'
import type { DecisionEvent, Rollout } from '@sluice/contract'
import { createApi } from './api.ts'
import type { Api } from './api.ts'
import { Provider, userOf } from './provider.ts'
import { demoPlan } from './record.ts'
import type { Scenario } from './scenario.ts'
import { readTrace } from './trace.ts'

/** How time passes: for real, or on a clock that somebody moves. */
export interface Pace {
  now(): number
  /** Comes back when that instant is there and everything due until then is done. */
  until(atMs: number): Promise<void>
}

export interface DemoOptions {
  readonly url: string
  readonly adminKey: string
  readonly scenario: Scenario
  readonly seed: number
  readonly pace: Pace
  /** Told of every decision as it falls. */
  readonly tell: (decision: DecisionEvent, elapsedMs: number) => void
  /** Told once, when the rollout runs. */
  readonly started?: (rollout: Rollout) => void
  readonly signal?: AbortSignal
}

export interface DemoResult {
  readonly rollout: Rollout
  readonly decisions: readonly DecisionEvent[]
}

const environment = 'demo'
const base = `/api/v1/environments/${environment}`
/** A minute of the trace is a second here. */
const speed = 60
const tickMs = 250
/** So long after the traffic the demo looks on: a silence has to be noticed. */
const afterwardsMs = 15_000

/** The plan of the recording in seconds: 60 times as fast. */
export const livePlan = {
  ...demoPlan,
  block: '1s',
  timeout: '1s',
  stages: [
    { percent: 10, atLeast: '6s' },
    { percent: 50, atLeast: '25s' },
    { percent: 100, atLeast: '10s', holdback: 5 },
  ],
}

/** Plays the trace as users calling an assistant through the SDK, with a rollout over it, until the rollout or the trace ends. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { url, adminKey, scenario, seed, pace, signal } = options
  const api = createApi(url, adminKey)
  await prepareFlag(api, seed)
  const key = await api.request<{ id: string; secret: string }>('POST', '/api/v1/keys', {
    kind: 'server',
    environment,
    name: 'demo assistant',
  })
  const client = createClient({ url, key: key.secret, environment, now: () => pace.now(), flushIntervalMs: 60_000 })
  try {
    await client.ready()
    const draft = await api.request<Rollout>('POST', `${base}/rollouts`, livePlan)
    const { rollout } = await api.request<{ rollout: Rollout }>('POST', `${base}/rollouts/${draft.id}/actions`, {
      action: 'start',
      reason: livePlan.reason,
    })
    await caughtUp(client, api)
    options.started?.(rollout)
    return await play(api, client, rollout.id, options, signal)
  } finally {
    await client.close()
    await api.request('DELETE', `/api/v1/keys/${key.id}`).catch(() => undefined)
  }

  async function play(
    to: Api,
    assistant: SluiceClient,
    id: string,
    { tell }: DemoOptions,
    stop?: AbortSignal,
  ): Promise<DemoResult> {
    const trace = await readTrace()
    const provider = new Provider(scenario, seed)
    const startedMs = pace.now()
    const seen = new Set<string>()
    let next = 0
    const lastMs = Math.min(trace.at(-1)?.atMs ?? 0, scenario.silentAfterMs) / speed
    for (let elapsedMs = 0; elapsedMs < lastMs + afterwardsMs && !stop?.aborted; elapsedMs += tickMs) {
      for (; (trace[next]?.atMs ?? Infinity) <= Math.min(elapsedMs * speed, scenario.silentAfterMs); next += 1) {
        const call = trace[next]
        if (call) ask(assistant, provider, userOf(seed, next), next, call)
      }
      await assistant.flush()
      await pace.until(startedMs + elapsedMs + tickMs)
      if (elapsedMs % 1000 !== 1000 - tickMs) continue
      await caughtUp(assistant, to)
      for (const decision of await decisionsOf(to, id)) {
        if (seen.has(decision.id)) continue
        seen.add(decision.id)
        tell(decision, elapsedMs + tickMs)
      }
      const state = await to.request<Rollout>('GET', `${base}/rollouts/${id}`)
      if (['rolled_back', 'completed', 'superseded'].includes(state.state)) break
    }
    return { rollout: await to.request<Rollout>('GET', `${base}/rollouts/${id}`), decisions: await decisionsOf(to, id) }
  }
}

const decisionsOf = async (api: Api, id: string): Promise<readonly DecisionEvent[]> =>
  (await api.request<{ items: DecisionEvent[] }>('GET', `${base}/rollouts/${id}/decisions`)).items

/** One call of a user: which model, what it answered, how it went. */
function ask(
  client: SluiceClient,
  provider: Provider,
  user: string,
  index: number,
  call: { atMs: number; inputTokens: number; outputTokens: number },
): void {
  const context = { targetingKey: user }
  const variant = client.variant(demoPlan.flag, context, demoPlan.baseline)
  const { error, latencyMs, inputTokens, outputTokens, quality } = provider.answer(
    variant === demoPlan.candidate ? 'T' : 'C',
    index,
    call,
  )
  const answered =
    error === 1 ? {} : { latency_ms: latencyMs, input_tokens: inputTokens, output_tokens: outputTokens, quality }
  client.track(context, { flag: demoPlan.flag, variant, error, ...answered })
}

/** The flag as it was before: everybody on the baseline, the same draw for the same seed. */
async function prepareFlag(api: Api, seed: number): Promise<void> {
  const { items } = await api.request<{ items: Rollout[] }>('GET', `${base}/rollouts?flag=${demoPlan.flag}`)
  const running = items.find(({ state }) => ['running', 'held', 'awaiting_decision'].includes(state))
  if (running)
    await api.request('POST', `${base}/rollouts/${running.id}/actions`, {
      action: 'rollback',
      reason: 'the demo starts again',
    })
  await api.request('PUT', `${base}/flags/${demoPlan.flag}?reshuffle=true`, {
    enabled: true,
    variants: {
      [demoPlan.baseline]: { model: 'openrouter:google/gemma-3-27b-it' },
      [demoPlan.candidate]: { model: 'openrouter:z-ai/glm-4.5-air' },
    },
    off: demoPlan.baseline,
    serve: demoPlan.baseline,
    rules: [{ id: 'rollout', sample: { share: 0, salt: `demo-${seed}` }, serve: demoPlan.candidate }],
    description: 'Which model answers in the assistant',
  })
}

/** Waits until the assistant has the newest flags, so that the demo goes the same way at any speed. */
async function caughtUp(client: SluiceClient, api: Api): Promise<void> {
  const { revision } = await api.request<{ revision: number }>('GET', `${base}/snapshot`)
  for (let tries = 0; tries < 200 && (client.status().revision ?? -1) < revision; tries++)
    await new Promise((resolve) => setTimeout(resolve, 5))
}
