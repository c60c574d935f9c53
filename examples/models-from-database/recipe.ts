import type { Check, CheckResultInput, PlanTemplate, Rollout } from '@sluice/contract'
import { chance } from '../world/chance.ts'
import { day, openWorld } from '../world/world.ts'
import type { Tell } from '../world/world.ts'
import { answer, chatModels, modelsInTheCode } from './chat.ts'
import { faultsOf } from './validate.ts'

export interface Outcome {
  readonly firstAttempt: Rollout
  readonly secondAttempt: Rollout
  /** Messages that found no model, over the whole story. */
  readonly unanswered: number
  readonly messages: number
  readonly fallbacks: number
  /** After the server is gone: what a running and what a new application answer. */
  readonly withoutServer: { readonly running: string | null; readonly fresh: string | null; readonly counted: number }
}

const ids = Object.keys(modelsInTheCode)

/** Models move from a file into the catalogue: 1, 10, 50, 100 % in a week. One was forgotten at first. */
export async function runRecipe(tell: Tell): Promise<Outcome> {
  const world = await openWorld(tell)
  try {
    const addModel = (id: string): Promise<unknown> =>
      world.request('POST', '/api/v1/models?reason=Moved%20from%20the%20code', {
        id,
        ...modelsInTheCode[id as keyof typeof modelsInTheCode],
      })
    for (const id of ids.slice(0, 3)) await addModel(id)
    await world.inside('PUT', '/flags/db-models', {
      enabled: false,
      variants: { db: 'db', static: 'static' },
      off: 'static',
      rules: [{ id: 'rollout', sample: { share: 0, salt: 's5' }, serve: 'db' }],
      serve: 'static',
      description: 'Models come from the catalogue',
      rollbackImpact: 'Models come from the code again',
    })
    const models = chatModels()
    await world.connect({ models })
    let messages = 0
    let unanswered = 0
    const traffic = (): void => {
      for (let i = 0; i < 60; i++) {
        messages += 1
        const user = `user_${Math.floor(4000 * chance('user', messages))}`
        const id = ids[Math.floor(ids.length * chance('model', messages))] ?? ''
        const usage = { inputTokens: 1000, outputTokens: Math.floor(1000 * chance('words', messages)) }
        if (answer(models, user, id, usage).model === null) unanswered += 1
      }
    }
    const templates = await world.request<{ items: PlanTemplate[] }>('GET', '/api/v1/plan-templates')
    const { stages = [] } = templates.items.find(({ name }) => name === 'data-source')?.plan ?? {}
    // The suite answers at every share, and an answer of yesterday's share does not count.
    const suite = { text: 'Validation suite', command: 'npm run validate' }
    const plan = {
      flag: 'db-models',
      template: 'data-source',
      block: '30m',
      stages: stages.map((stage) => ({ ...stage, checklist: [...(stage.checklist ?? []), suite] })),
    }
    const rollout = (): Promise<Rollout> => world.rollout('db-models')
    const start = (reason: string): Promise<unknown> =>
      world.inside('POST', '/rollouts?start=true', { ...plan, reason })

    await start('Prices change without a deployment')
    await world.pass(3 * day, traffic, async () => (await rollout()).state === 'rolled_back')
    const firstAttempt = await rollout()

    await addModel(ids[3] ?? '')
    await start('Gemma was missing in the catalogue; it is there now')
    for (let stage = 0; stage < 4; stage++) {
      await world.pass(10 * day, traffic, async () => (await rollout()).state === 'awaiting_decision')
      // The people who were asked to look have looked; the engine goes on by itself.
      for (const item of (await rollout()).checklist)
        if (item.stage === stage) await world.inside('POST', '/rollouts/db-models/checks', answerTo(item))
      await world.pass(day / 12, traffic)
    }
    const secondAttempt = await rollout()
    const fallbacks = Object.values(models.status().fallbacks).reduce((sum, count) => sum + count, 0)

    await world.crash()
    const late = chatModels()
    const running = models.getModelConfig('openai:gpt-4o', { targetingKey: 'user_1' })
    const fresh = late.getModelConfig('openai:gpt-4o', { targetingKey: 'user_1' })
    tell(`The server is gone; the chat still knows ${running?.name}.`)
    const withoutServer = {
      running: running?.name ?? null,
      fresh: fresh?.name ?? null,
      counted: models.status().fallbacks.unavailable,
    }
    return { firstAttempt, secondAttempt, unanswered, messages, fallbacks, withoutServer }

    /** People say that they have looked; the suite says what it found. */
    function answerTo({ id, by }: Check): CheckResultInput {
      if (by === 'person') return { item: id, state: 'passed' }
      const faults = faultsOf(models, ids.length)
      const output = faults.length === 0 ? `${ids.length} models, 4 checks passed` : faults.join('\n')
      return {
        item: id,
        state: faults.length === 0 ? 'passed' : 'failed',
        exitCode: Math.min(1, faults.length),
        output,
      }
    }
  } finally {
    await world.close()
  }
}
