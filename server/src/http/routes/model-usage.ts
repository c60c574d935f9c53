import { SluiceError, modelUsageSchema } from '@sluice/contract'
import { readInstant } from '@sluice/core/catalogue'
import { z } from 'zod'
import { type ModelParts, modelNotFound } from '../../catalogue/model-service.ts'
import { type UsageGroup, modelUsage, usageGroups } from '../../catalogue/model-usage.ts'
import { type Route, defineRoute, json } from '../route.ts'

const dayMs = 86_400_000
const longestDays = 92
const query = z.strictObject({
  from: z.string().optional().describe('An instant; a week ago unless said.'),
  to: z.string().optional().describe('An instant; now unless said.'),
  by: z.string().optional().describe('Some of model, day, environment, flag, variant, with commas between.'),
})
type UsageQuery = z.output<typeof query>
const answers = { 200: { description: 'A group a line, with the calls nobody could price.', schema: modelUsageSchema } }

/** What models were used for and cost. */
export function modelUsageRoutes(parts: ModelParts): Route[] {
  const read = (asked: UsageQuery, usual: readonly UsageGroup[]) => {
    const toMs = instantOf(asked.to, 'to') ?? parts.clock.now() + 1
    const fromMs = instantOf(asked.from, 'from') ?? toMs - 7 * dayMs
    if (!(fromMs < toMs && toMs - fromMs <= longestDays * dayMs))
      throw new SluiceError('INVALID_INPUT', `query/from: Expected a time before to, at most ${longestDays} days.`)
    return { fromMs, toMs, by: asked.by === undefined ? usual : groupsOf(asked.by) }
  }
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/models/usage',
      summary: 'What calls used and cost: by model, day, environment, flag, variant.',
      query,
      answers,
      handle: async ({ query: asked }) => json(await modelUsage(read(asked, ['model']), parts)),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/models/{id}/usage',
      summary: 'What calls of one model used and cost.',
      query,
      answers,
      handle: async ({ query: asked, params }) => {
        const stored = parts.models.find(params['id'] ?? '', parts.clock.now())
        if (!stored) throw modelNotFound(params['id'] ?? '')
        const request = { ...read(asked, ['day', 'flag', 'variant']), model: stored.model.id }
        return json(await modelUsage(request, parts))
      },
    }),
  ]
}

function instantOf(text: string | undefined, name: string): number | null {
  if (text === undefined) return null
  const ms = readInstant(text)
  if (ms !== null) return ms
  throw new SluiceError(
    'INVALID_INPUT',
    `query/${name}: Expected a date or a time with its zone; got "${text.slice(0, 60)}".`,
  )
}

function groupsOf(text: string): UsageGroup[] {
  const named = text.split(',')
  const strange = named.find((name) => !(usageGroups as readonly string[]).includes(name))
  if (strange === undefined) return named as UsageGroup[]
  throw new SluiceError(
    'INVALID_INPUT',
    `query/by: Expected some of ${usageGroups.join(', ')}; got "${strange.slice(0, 60)}".`,
  )
}
