import { expect, test } from 'vitest'
import { describeEachEngine } from '../database/testing/each-engine.ts'
import { serverParts } from '../server-parts.ts'
import { startTestServer } from '../testing/test-server.ts'

const at = (id: string, rest = ''): string => `/api/v1/models/${encodeURIComponent(id)}${rest}`
const entry = (input: number) => ({ litellm_provider: 'openai', mode: 'chat', input_cost_per_token: input / 1e6 })
const names = Array.from({ length: 300 }, (_, i) => `model-${i}`)
const file = (input: number) => Object.fromEntries(names.map((name) => [name, entry(input)]))

describeEachEngine('the catalogue', (makeDatabase, engine) => {
  test('is imported, edited, moved names, deleted, brought back and read again after a restart', async () => {
    const databaseUrl = engine === 'sqlite' ? 'sqlite::memory:' : (await makeDatabase()).url
    const { send, clock } = await startTestServer({ parts: serverParts }, { databaseUrl })
    const sync = async (input: number) => {
      const { planId, planHash } = (await send('POST', '/api/v1/models/import/plan', { body: file(input) })).body
      return send('POST', '/api/v1/models/import/apply', { body: { planId, planHash, reason: 'sync' } })
    }
    expect((await sync(5)).body).toMatchObject({ created: 300, revision: 1 })
    await clock.advance(60_000)
    const edited = await send('PATCH', `${at('openai:model-1')}?reason=ours`, { body: { pricing: { input: 4 } } })
    expect(edited.status).toBe(200)
    await clock.advance(60_000)
    expect((await sync(2.5)).body).toMatchObject({ updated: 299, passedOver: 1 })
    const alias = [{ alias: 'own:fast' }]
    expect((await send('PATCH', at('openai:model-2'), { body: { aliases: alias } })).status).toBe(200)
    expect((await send('PATCH', at('openai:model-3'), { body: { aliases: alias } })).status).toBe(422)
    expect((await send('DELETE', `${at('openai:model-4')}?reason=x`)).status).toBe(204)
    expect((await send('GET', '/api/v1/models')).body.total).toBe(299)
    expect((await send('POST', at('openai:model-4', '/restore'))).status).toBe(200)
    const history = await send('GET', at('openai:model-0', '/history'))
    expect(history.body.items.map(({ action }: { action: string }) => action)).toEqual(['import', 'import'])
    const cost = (when: string) =>
      send('POST', '/api/v1/models/cost', {
        body: { model: 'openai:model-0', usage: { inputTokens: 1000 }, context: { at: when } },
      })
    expect((await cost('2026-11-20T00:01:00Z')).body.usd).toBe('0.005')
    expect((await cost('2026-11-20T00:02:00Z')).body.usd).toBe('0.0025')
    const { body } = await send('GET', '/api/v1/models/export')
    if (engine === 'sqlite') return
    const again = await startTestServer({ parts: serverParts }, { databaseUrl })
    expect((await again.send('GET', '/api/v1/models/export')).body).toEqual(body)
  })
})
