import type { GuardrailInput, MetricsSummary, PlanTemplate, Rollout } from '@sluice/contract'
import { chance } from '../world/chance.ts'
import { day, hour, openWorld } from '../world/world.ts'
import type { Tell } from '../world/world.ts'
import { answer, assistantFlag, tasks } from './assistant.ts'
import { Providers } from './providers.ts'

export interface Outcome {
  /** What production waited for before staging had passed. */
  readonly waitedFor: string
  readonly staging: Rollout
  readonly firstAttempt: Rollout
  readonly mix: MetricsSummary
  readonly secondAttempt: Rollout
  readonly log: string
  readonly unanswered: number
}

/** Staging first, then 10, 50 and 100 % in production; the free model is throttled at half, and comes again paid for. */
export async function runRecipe(tell: Tell): Promise<Outcome> {
  const world = await openWorld(tell, 2 * hour)
  try {
    const inStaging = <T>(method: string, path: string, body?: unknown): Promise<T> =>
      world.request(method, `/api/v1/environments/staging${path}`, body)
    const tick = async (ask: typeof inStaging, stage: number): Promise<void> => {
      for (const item of (await ask<Rollout>('GET', '/rollouts/assistant')).checklist)
        if (item.stage === stage) await ask('POST', '/rollouts/assistant/checks', { item: item.id, state: 'passed' })
    }
    for (const ask of [inStaging, world.inside]) await ask('PUT', '/flags/assistant', assistantFlag)
    const clients = {
      staging: await world.connect({ environment: 'staging' }),
      production: await world.connect(),
    }
    const providers = new Providers()
    let requests = 0
    let unanswered = 0
    const ask = (environment: 'staging' | 'production', count: number) => (): void => {
      for (let i = 0; i < count; i++) {
        requests += 1
        const user = `user_${Math.floor(2500 * chance('user', requests))}`
        // Seven in ten requests are chat or mail.
        const kind = chance('task', requests)
        const task = tasks[kind < 0.4 ? 0 : kind < 0.7 ? 1 : kind < 0.85 ? 2 : 3] ?? 'chat'
        if (!answer(clients[environment], providers, user, task)) unanswered += 1
      }
    }
    const production = (): Promise<Rollout> => world.rollout('assistant')
    // The new models are free of charge: a single cent in a day is told at once.
    const free: GuardrailInput = {
      metric: 'cost_usd',
      stat: 'mean',
      over: 0,
      window: { length: '24h', breach: 1, of: 1 },
      onBreach: 'hold',
    }
    const templates = await world.request<{ items: PlanTemplate[] }>('GET', '/api/v1/plan-templates')
    const { guardrails = [] } = templates.items.find(({ name }) => name === 'model-migration')?.plan ?? {}
    const plan = {
      flag: 'assistant',
      template: 'model-migration',
      guardrails: [...guardrails, free],
      block: '2h',
      after: ['staging/assistant'],
    }

    await world.inside('POST', '/rollouts', { ...plan, reason: 'Free models, and faster ones' })
    await tick(world.inside, -1)
    const waiting = await world.act('assistant', 'start', 'Free models, and faster ones')
    const waitedFor = waiting.why.sentence
    tell(`Production is asked for. ${waitedFor}`)

    await inStaging('POST', '/rollouts', { flag: 'assistant', template: 'model-staging', block: '10m' })
    await tick(inStaging, -1)
    await inStaging('POST', '/rollouts/assistant/actions', { action: 'start', reason: 'before production' })
    await tick(inStaging, 0)
    await world.pass(3 * day, ask('staging', 40), async () => (await production()).state === 'running')
    const staging = await inStaging<Rollout>('GET', '/rollouts/assistant')

    const over = async (): Promise<boolean> =>
      ['awaiting_decision', 'rolled_back', 'completed'].includes((await production()).state)

    /** Through the gates until it ends, or until half of the users have it and `atHalf` has happened. */
    const through = async (atHalf: () => Promise<void>): Promise<Rollout> => {
      for (let stage = 0; stage < 3; stage++) {
        await tick(world.inside, stage)
        await world.pass(20 * day, ask('production', 80), over)
        const { state } = await production()
        if (state !== 'awaiting_decision') break
        if (stage === 0) await atHalf()
        await world.act('assistant', 'proceed', '48 h stable, nobody complained')
      }
      return production()
    }
    let mix: MetricsSummary = { from: '', to: '', items: [] }
    const firstAttempt = await through(async () => {
      const expected = 'z-ai:glm-4.5-air=0.7,openai:gpt-oss-20b=0.3,google:gemma-3-27b=0'
      mix = await world.inside('GET', `/metrics/summary?lastMinutes=1440&flag=assistant&expect=${expected}`)
      tell(mixText(mix))
      providers.throttled = true
    })
    providers.throttled = false
    const reason = 'The free model was throttled at half of the traffic; it is paid for now'
    await world.inside('POST', '/rollouts', { ...plan, reason })
    await tick(world.inside, -1)
    await world.act('assistant', 'start', reason)
    const secondAttempt = await through(async () => {})
    const log = await world.log('assistant')
    const stays = log.split('\n').filter((line) => line.startsWith('**Phase:**')).length
    tell(
      `${unanswered} of ${requests} requests had no answer. The deployment log has ${stays} entries, none written by hand.`,
    )
    return { waitedFor, staging, firstAttempt, mix, secondAttempt, log, unanswered }
  } finally {
    await world.close()
  }
}

/** Who answered at 10 %, against what was planned, and what it cost. */
function mixText({ items }: MetricsSummary): string {
  const arms = items.map(({ variant, modelBreakdown, totalCostUsd }) => {
    const models = modelBreakdown
      .filter(({ totalCalls }) => totalCalls > 0)
      .map(({ model, share }) => `${model} ${Math.round(100 * share)} %`)
    return `${variant}: ${models.join(', ')}, ${totalCostUsd.toFixed(4)} USD`
  })
  return `The last day by model. ${arms.join('; ')}.`
}
