import type { ImportPlan, ImportResult } from '@sluice/contract'
import { startingCatalogue } from '@sluice/demo'
import { createModelRepository } from '@sluice/sdk/models'
import type { ModelVersion } from '@sluice/sdk/models'
import { minute, openWorld } from '../world/world.ts'
import type { Tell } from '../world/world.ts'
import { offered, quote } from './shop.ts'

export interface Outcome {
  readonly imported: ImportResult
  readonly offeredAtFirst: number
  readonly before: string | null
  readonly after: string | null
  /** What a call from before the new price costs, asked after it. */
  readonly priorCall: string | null
  readonly history: readonly ModelVersion[]
  readonly offeredAtLast: number
  readonly deprecatedStillAnswers: boolean
  /** The same file again, and the catalogue's own export. */
  readonly again: ImportPlan['counts']
  readonly refusedDelete: string
}

const id = 'openai:gpt-4o'
const path = `/api/v1/models/${encodeURIComponent(id)}`

/** A catalogue of 58 models: imported with a plan, a price changed with a reason, a model withdrawn, nothing lost. */
export async function runRecipe(tell: Tell): Promise<Outcome> {
  const world = await openWorld(tell)
  try {
    const plan = (body: unknown): Promise<ImportPlan> =>
      world.request('POST', '/api/v1/models/import/plan?format=sluice', body)
    const first = await plan(JSON.parse(startingCatalogue()))
    const damaged = JSON.parse(startingCatalogue()) as { models: { contextWindow?: unknown }[] }
    Object.assign(damaged.models[3] ?? {}, { contextWindow: 'large' })
    const refused = (await plan(damaged)).records.flatMap(({ errors }) => errors).at(0)
    tell(`A damaged file is refused before anything is written: ${refused?.pointer}: ${refused?.message}`)
    tell(`The plan: ${first.summary}`)
    const { planId, planHash } = first
    const apply = { planId, planHash, reason: 'The models that we had in the code' }
    const imported = await world.request<ImportResult>('POST', '/api/v1/models/import/apply', apply)

    const models = createModelRepository()
    await world.connect({ models })
    const until = async (holds: () => boolean): Promise<void> => {
      for (let tries = 0; tries < 5000 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const offeredAtFirst = offered(models).length
    const before = quote(models, id)
    const callMs = world.now()
    tell(`${before.name} costs ${before.usd} USD for 1,000 + 500 tokens; ${offeredAtFirst} models are offered.`)

    await world.pass(minute)
    const price = { pricing: { input: 1.25, output: 5 } }
    await world.request('PATCH', `${path}?reason=${encodeURIComponent('Official price drop')}`, price)
    await until(() => quote(models, id).usd !== before.usd)
    const after = quote(models, id)
    const usage = { inputTokens: 1000, outputTokens: 500 }
    const priorCall = models.calculateCost(id, usage, { atMs: callMs }).usd
    const history = await models.getModelHistory({ modelId: id })
    const [change] = history[0]?.changes ?? []
    tell(`Now ${after.usd} USD, without a deployment; a call of before still costs ${priorCall}.`)
    tell(
      `History: ${change?.field} ${String(change?.oldValue)} → ${String(change?.newValue)}, "${history[0]?.reason}", ${history[0]?.changedBy}.`,
    )

    const variants = { now: { model: id }, before: { model: 'openai:gpt-4o-mini' } }
    await world.inside('PUT', '/flags/chat', { enabled: true, variants, off: 'before', serve: 'now' })
    const refusedDelete = await world.request('DELETE', `${path}?reason=gone`).then(
      () => '',
      (error: Error) => error.message,
    )
    tell(`Deleted while a flag names it? ${detailOf(refusedDelete)}`)
    await world.request('POST', `${path}/duplicate`, { id: 'openai:gpt-4o-next' })
    tell('Duplicated as openai:gpt-4o-next, a draft: nobody is offered it before it is active.')
    await world.request('DELETE', '/api/v1/models/openai%3Agpt-4o-next?reason=Only%20to%20try')
    await world.request('PATCH', `${path}?reason=${encodeURIComponent('Succeeded')}`, { status: 'deprecated' })
    await until(() => offered(models).length < offeredAtFirst)
    const exported = await world.request('GET', '/api/v1/models/export?format=sluice')
    const again = (await plan(exported)).counts
    tell(`Deprecated: ${offered(models).length} models are offered. The export, planned again, changes nothing.`)
    return {
      imported,
      offeredAtFirst,
      before: before.usd,
      after: after.usd,
      priorCall,
      history,
      offeredAtLast: offered(models).length,
      deprecatedStillAnswers: models.getModelConfig(id) !== null,
      again,
      refusedDelete,
    }
  } finally {
    await world.close()
  }
}

/** What the server said in its refusal. */
const detailOf = (message: string): string =>
  (JSON.parse(message.slice(message.indexOf('{'))) as { detail: string }).detail
