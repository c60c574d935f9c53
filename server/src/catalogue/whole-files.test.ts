import { readFileSync } from 'node:fs'
import { modelConfigSchema } from '@sluice/contract'
import { expect, test } from 'vitest'
import { startTestServer } from '../testing/test-server.ts'

const read = (path: string): string =>
  readFileSync(new URL(`../../conformance/catalogue/${path}`, import.meta.url), 'utf8')

async function start() {
  const { send } = await startTestServer()
  const plan = async (raw: string) => (await send('POST', '/api/v1/models/import/plan', { raw })).body
  const apply = async ({ planId, planHash }: { planId: string; planHash: string }) =>
    (await send('POST', '/api/v1/models/import/apply', { body: { planId, planHash, reason: 'whole' } })).body
  return { send, plan, apply }
}

test.each([
  ['litellm', 'litellm/model_prices_and_context_window.json', 2982, 39],
  ['models.dev', 'models.dev/api.json', 5276, 0],
  ['genai-prices', 'genai-prices/data-v2.json', 1466, 0],
])(
  'the whole file of %s comes in without an error, and the second time all is unchanged',
  async (format, path, records, conflict) => {
    const { plan, apply } = await start()
    const first = await plan(read(path))
    expect(first).toMatchObject({ format, counts: { records, conflict, error: 0, create: records - conflict } })
    expect(await apply(first)).toMatchObject({ created: records - conflict, updated: 0 })
    const second = await plan(read(path))
    expect(second.summary).toMatch(/^All unchanged/)
    expect(second.counts).toMatchObject({ create: 0, update: 0, unchanged: records - conflict, conflict })
  },
)

test('three files over each other: nobody takes what is another’s, and every price stays one that a cost can use', async () => {
  const { send, plan, apply } = await start()
  for (const path of [
    'models.dev/api.json',
    'litellm/model_prices_and_context_window.json',
    'genai-prices/data-v2.json',
  ])
    await apply(await plan(read(path)))
  const { body } = await send('GET', `/api/v1/models/${encodeURIComponent('openai:gpt-4o')}`)
  expect(body.model.source).toBe('models.dev')
  expect(modelConfigSchema.parse(body.config).pricing).toMatchObject({ input: 2.5, output: 10 })
  const cost = await send('POST', '/api/v1/models/cost', {
    body: { model: 'openai:gpt-4o', usage: { inputTokens: 1000, outputTokens: 500 } },
  })
  expect(cost.body).toMatchObject({ usd: '0.0075', status: 'complete' })
})
