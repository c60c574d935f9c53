// The catalogue, access, audit and documents.
import { readFileSync, readdirSync } from 'node:fs'
import type { ImportPlan } from '@sluice/contract'
import { startingCatalogue } from '@sluice/demo'
import { createModelRepository } from '@sluice/sdk/models'
import { expect, test } from 'vitest'
import { serverParts } from '../../server/src/server-parts.ts'
import { startLiveRollout } from '../../server/src/testing/live-rollout.ts'
import { startTestServer } from '../../server/src/testing/test-server.ts'

const models = '/api/v1/models'
const opus = {
  id: 'anthropic:claude-opus-5',
  name: 'Claude Opus 5',
  provider: 'anthropic',
  contextWindow: 200_000,
  pricing: { input: 15, output: 75 },
  capabilities: ['vision', 'thinking'],
  status: 'active',
}
const one = `${models}/anthropic%3Aclaude-opus-5`

async function world() {
  const fixture = await startTestServer({ parts: serverParts })
  const { send } = fixture
  await send('POST', models, { body: opus })
  return fixture
}

test('R82: 58 models to start with; a model is there at once, and a deprecated one is no longer offered', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  const plan = (await send('POST', `${models}/import/plan?format=sluice`, { body: JSON.parse(startingCatalogue()) }))
    .body as ImportPlan
  expect(plan.counts.create).toBe(58)
  await send('POST', models, { body: opus })
  expect((await send('GET', one)).status).toBe(200)
  await send('PATCH', `${one}?reason=old`, { body: { status: 'deprecated' } })
  const { body } = await send('GET', `${models}/export?format=sluice`)
  const found = createModelRepository({ static: body.models })
    .getAllModels()
    .find(({ id }) => id === opus.id)
  expect(found?.selectable).toBe(false)
})
test('R83: the guide’s fields are taken as they are, and checked', async () => {
  const { send } = await world()
  const { body } = await send('GET', one)
  expect(JSON.stringify(body)).toContain('"contextWindow":200000')
  expect((await send('POST', models, { body: { ...opus, id: 'a:b', contextWindow: -1 } })).status).toBe(400)
})
test('R84: reasoning that does not fit its type is refused on write', async () => {
  const { send } = await world()
  const refused = await send('PATCH', one, { body: { reasoning: { type: 'openai-reasoning-effort', budget: 'much' } } })
  expect([400, 422]).toContain(refused.status)
})
test('R85: search and by provider', async () => {
  const { send } = await world()
  expect((await send('GET', `${models}?q=opus`)).body.total).toBe(1)
  expect((await send('GET', `${models}?provider=nobody`)).body.total).toBe(0)
})
test('R86: a cost is exact, and of the price in force at the time', async () => {
  const { send, clock } = await world()
  const before = clock.now()
  await clock.advance(60_000)
  await send('PATCH', `${one}?reason=price`, { body: { pricing: { input: 10, output: 50 } } })
  await clock.advance(60_000)
  const usage = { inputTokens: 1000, outputTokens: 500 }
  const cost = async (at: number) =>
    (
      await send('POST', `${models}/cost`, {
        body: { model: opus.id, usage, context: { at: new Date(at).toISOString() } },
      })
    ).body
  expect([(await cost(before)).usd, (await cost(clock.now())).usd]).toEqual(['0.0525', '0.035'])
})
test('R87: create, edit with a reason, duplicate, deprecate; a delete is refused while a flag names it', async () => {
  const { send } = await world()
  expect((await send('PATCH', one, { body: { pricing: { input: 14, output: 75 } } })).status).toBe(422)
  expect((await send('POST', `${one}/duplicate`, { body: { id: 'anthropic:copy' } })).status).toBe(201)
  const flag = { enabled: true, variants: { a: { model: opus.id }, b: { model: 'x:y' } }, off: 'b', serve: 'b' }
  await send('PUT', '/api/v1/environments/production/flags/f', { body: flag })
  expect((await send('DELETE', `${one}?reason=gone`)).status).toBe(409)
})
test('R89: an import is planned, then applied whole; the second time nothing changes', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  const file = JSON.parse(startingCatalogue())
  const plan = async () =>
    (await send('POST', `${models}/import/plan?format=sluice`, { body: file })).body as ImportPlan
  const { planId, planHash } = await plan()
  await send('POST', `${models}/import/apply`, { body: { planId, planHash, reason: 'start' } })
  expect((await plan()).counts).toMatchObject({ create: 0, update: 0, unchanged: 58 })
  file.models[3].contextWindow = 'large'
  const broken = await plan()
  expect([broken.counts.error, broken.records[0]?.errors[0]?.pointer.startsWith('/models/3')]).toEqual([1, true])
})
test('R90: models that chat and models that draw', () => {
  const { models: all } = JSON.parse(startingCatalogue()) as { models: { prices: { meter: string }[] }[] }
  const meters = new Set(all.flatMap(({ prices }) => (prices ?? []).map(({ meter }) => meter)))
  expect([...meters].some((meter) => /image/i.test(meter)) && meters.has('input')).toBe(true)
})
test('R94: who may not write is refused by the server itself', async () => {
  const { send, makeKey } = await world()
  const viewer = await makeKey('viewer')
  expect((await send('GET', one, { key: viewer })).status).toBe(200)
  expect((await send('PATCH', one, { key: viewer, body: { name: 'x' } })).status).toBe(403)
})
test('R95: every change has who, when and why, in a chain that shows a change of the past', async () => {
  const { send } = await world()
  await send('PATCH', `${one}?reason=renamed`, { body: { name: 'Opus' } })
  const { items } = (await send('GET', '/api/v1/audit')).body
  const change = items.find(({ reason }: { reason: string | null }) => reason === 'renamed')
  expect(change).toMatchObject({ actor: { name: expect.any(String) } })
  expect(change.hash).toMatch(/^[0-9a-f]{64}$/)
  const chains = (await send('GET', '/api/v1/audit/verify')).body.items
  expect(chains.every(({ state }: { state: string }) => state === 'whole')).toBe(true)
})
test('R97, B21: nothing but health answers without a key', async () => {
  const { send } = await world()
  for (const path of [models, '/api/v1/environments/production/flags', '/api/v1/audit'])
    expect((await send('GET', path, { key: null })).status).toBe(401)
})
test('R98: health answers', async () => {
  const { send } = await world()
  for (const path of ['/health', '/livez', '/readyz']) expect((await send('GET', path, { key: null })).status).toBe(200)
})
test('R100: each recipe has its steps in a README and a test that runs it', () => {
  const folder = new URL('../../examples/', import.meta.url)
  const recipes = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== 'world' && entry.name !== 'node_modules',
  )
  expect(recipes.length).toBeGreaterThanOrEqual(4)
  for (const { name } of recipes) {
    expect(readFileSync(new URL(`${name}/README.md`, folder), 'utf8')).toContain(`npm run example -- ${name}`)
    expect(readdirSync(new URL(`${name}/`, folder))).toContain('recipe.test.ts')
  }
})
test('B31: a new price leaves what was priced before as it was', async () => {
  const { send } = await world()
  await send('PATCH', `${one}?reason=price`, { body: { pricing: { input: 1, output: 1 } } })
  const prices = JSON.stringify((await send('GET', one)).body)
  expect([prices.includes('"rate":"15"'), prices.includes('"rate":"1"')]).toEqual([true, true])
})
test('B43: part of the prices changed leaves the others', async () => {
  const { send } = await world()
  await send('PATCH', `${one}?reason=price`, { body: { pricing: { input: 12 } } })
  const { items } = (await send('GET', `${one}/history`)).body
  expect(items[0].changes.map(({ field }: { field: string }) => field)).toEqual(['pricing.input'])
})
test('B44: plain parameters in the address are heard', async () => {
  const rollout = await startLiveRollout({ block: '10m' })
  await rollout.seconds(1, {})
  await rollout.clock.advance(120_000)
  const calls = async (minutes: number): Promise<number> =>
    (
      await rollout.send('GET', `/api/v1/environments/production/metrics/summary?lastMinutes=${minutes}`)
    ).body.items.reduce((sum: number, { totalCalls }: { totalCalls: number }) => sum + totalCalls, 0)
  expect([await calls(1), (await calls(60)) > 0]).toEqual([0, true])
})
