// Flags and evaluation: what the guides do with variables and restarts.
import { createClient, createTestClient } from '@sluice/sdk'
import { importWhitelistJson } from '@sluice/core/formats'
import { expect, onTestFinished, test } from 'vitest'
import { serverParts } from '../../server/src/server-parts.ts'
import { startTestServer } from '../../server/src/testing/test-server.ts'

const flags = '/api/v1/environments/production/flags'
const boolean = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }

async function world() {
  const fixture = await startTestServer({ parts: serverParts })
  const { send } = fixture
  const put = (key: string, body: object, query = '') => send('PUT', `${flags}/${key}${query}`, { body })
  const patch = (key: string, body: object, query = '') => send('PATCH', `${flags}/${key}${query}`, { body })
  const evaluate = async (key: string, context: object = {}, environment = 'production') =>
    (await send('POST', `/ofrep/v1/evaluate/flags/${key}?environment=${environment}`, { body: { context } })).body
  const events = async () => (await send('GET', '/api/v1/environments/production/events?limit=1000')).body.items
  return { ...fixture, put, patch, evaluate, events }
}

test('R1: a switch whose off is the old path', async () => {
  const { put, patch, evaluate } = await world()
  await put('use-db-models', { ...boolean, serve: 'on' })
  expect((await evaluate('use-db-models')).value).toBe(true)
  await patch('use-db-models', { enabled: false })
  expect((await evaluate('use-db-models')).value).toBe(false)
})

test('R2: a flag goes back in a running application without a deployment, and the server knows that it has', async () => {
  const { put, patch, evaluate, makeKey, send, server } = await world()
  await put('f', { ...boolean, serve: 'on' })
  const key = await makeKey('server', 'production')
  const sluice = createClient({ url: server.url, key, environment: 'production' })
  onTestFinished(() => sluice.close())
  await sluice.ready()
  expect(sluice.isEnabled('f', { targetingKey: 'u' })).toBe(true)
  const { revision } = (await patch('f', { enabled: false })).body
  await expect.poll(() => sluice.isEnabled('f', { targetingKey: 'u' })).toBe(false)
  const instances = '/api/v1/environments/production/instances'
  await expect.poll(async () => (await send('GET', instances)).body.items[0]?.revision).toBe(revision)
  expect((await evaluate('f')).value).toBe(false)
})

test('R3: the guide’s record is read as it is: disabled, at 0 %, with its lists; keys may hold _ and -', async () => {
  const record = { enabled: false, rolloutPercentage: 0, whitelist: ['a'], blacklist: ['b'] }
  const read = importWhitelistJson({ patch_mode_enabled: record, 'other-flag': record })
  expect(read.ok && Object.keys(read.imported.flags)).toEqual(['patch_mode_enabled', 'other-flag'])
  const { put, evaluate } = await world()
  if (read.ok) await put('patch_mode_enabled', read.imported.flags['patch_mode_enabled'] as object)
  expect((await evaluate('patch_mode_enabled', { targetingKey: 'a' })).value).toBe(false)
  const { warnings } = (await put('patch-mode-enabled', boolean)).body
  expect(warnings).toEqual([
    'SLUICE_FORCE_PATCH_MODE_ENABLED means "patch_mode_enabled" and "patch-mode-enabled": it forces none of them.',
  ])
})

test('R4: a share out of range is refused, and each change is in the log with who, from, to and why', async () => {
  const { put, events } = await world()
  const at = (share: unknown) => ({ ...boolean, rules: [{ id: 'r', sample: { share, salt: 's1' }, serve: 'on' }] })
  for (const share of [-5, 150_000, '25', null]) expect([400, 422]).toContain((await put('f', at(share))).status)
  await put('f', at(1000))
  await put('f', at(2000), '?reason=more')
  const [first, last] = (await events()).slice(-2)
  expect([first.action, last.action, last.reason]).toEqual(['create', 'update', 'more'])
  expect(last.actor.name).toBe('SLUICE_ADMIN_KEY')
  const shareIn = ({ rules }: { rules: { sample: { share: number } }[] }) => rules[0]?.sample.share
  expect([shareIn(last.evidence.before), shareIn(last.evidence.after)]).toEqual([1000, 2000])
})

test('R5: kill switch, then requires, exclude, include, rules, serve; what is unknown is the default of the code', async () => {
  const { put, patch, evaluate } = await world()
  const rules = [{ id: 'r', if: { attr: 'plan', op: 'in', values: ['pro'] }, serve: 'on' }]
  await put('f', { ...boolean, rules, include: [{ unit: 'in', variant: 'on' }], exclude: [{ unit: 'out' }] })
  const variant = async (context: object) => (await evaluate('f', context)).variant
  expect(await variant({ targetingKey: 'in' })).toBe('on')
  expect(await variant({ targetingKey: 'out', plan: 'pro' })).toBe('off')
  expect(await variant({ targetingKey: 'x', plan: 'pro' })).toBe('on')
  expect(await variant({ targetingKey: 'x' })).toBe('off')
  expect((await evaluate('unknown')).errorCode).toBe('FLAG_NOT_FOUND')
  await put('gate', boolean)
  await patch('f', { requires: [{ flag: 'gate', variants: ['on'] }] })
  expect(await variant({ targetingKey: 'in' })).toBe('off')
  await patch('gate', { serve: 'on' })
  expect(await variant({ targetingKey: 'in' })).toBe('on')
  await patch('f', { enabled: false })
  expect(await variant({ targetingKey: 'in' })).toBe('off')
})

test('R6: the same user has the same answer, and a higher percentage takes nobody out', async () => {
  const { put, evaluate } = await world()
  const users = Array.from({ length: 60 }, (_, i) => `user_${i}`)
  const inside = async (share: number): Promise<Set<string>> => {
    await put('f', { ...boolean, rules: [{ id: 'r', sample: { share, salt: 's1' }, serve: 'on' }] })
    const answers = await Promise.all(users.map(async (targetingKey) => (await evaluate('f', { targetingKey })).value))
    return new Set(users.filter((_, i) => answers[i] === true))
  }
  const shares = [5000, 20_000, 50_000, 80_000]
  let before = new Set<string>()
  for (const share of shares) {
    const now = await inside(share)
    expect([...before].every((user) => now.has(user))).toBe(true)
    before = now
  }
  expect(await inside(80_000)).toEqual(before)
})

test('R7: who is let in or kept out stands on a list with a reason, and can be taken off it', async () => {
  const { put, evaluate } = await world()
  await put('f', { ...boolean, include: [{ unit: 'ada', variant: 'on', reason: 'asked for it' }] })
  expect((await evaluate('f', { targetingKey: 'ada' })).value).toBe(true)
  await put('f', { ...boolean, include: [] })
  expect((await evaluate('f', { targetingKey: 'ada' })).value).toBe(false)
})

test('R8: off for a user runs the old path, and counts no error', async () => {
  const sluice = createTestClient({ 'patch-mode': 'off' })
  const answer = await sluice.run(
    'patch-mode',
    { targetingKey: 'u' },
    {
      on: () => 'patched',
      off: () => ({ message: 'Patch Mode not available for this user yet', fallback: 'Use single tool calls instead' }),
    },
  )
  expect(answer).toMatchObject({ fallback: 'Use single tool calls instead' })
  expect(sluice.recorded().at(-1)?.metrics).toMatchObject({ error: 0 })
})

test('R9: a rule says which requests may have it at all', async () => {
  const { put, evaluate } = await world()
  const condition = { attr: 'patchCount', op: 'gte', values: [3] }
  await put('f', {
    ...boolean,
    rules: [{ id: 'r', if: condition, sample: { share: 100_000, salt: 's' }, serve: 'on' }],
  })
  const value = async (patchCount: number) => (await evaluate('f', { targetingKey: 'u', patchCount })).value
  expect([await value(2), await value(3)]).toEqual([false, true])
})

test('R10: a flag may name a model, and its off the model to go back to', async () => {
  const { put, evaluate } = await world()
  const variants = { glm: 'z-ai/glm-4.5-air:free', gemma: 'google/gemma-3-27b' }
  await put('model', { enabled: true, variants, off: 'gemma', serve: 'glm' })
  expect((await evaluate('model')).value).toBe('z-ai/glm-4.5-air:free')
  await put('model', { enabled: false, variants, off: 'gemma', serve: 'glm' })
  expect((await evaluate('model')).value).toBe('google/gemma-3-27b')
})

test('R11, B41: one flag routes tasks to models', () => {
  const value = {
    model: 'z-ai:glm-4.5-air',
    tasks: { analysis: 'openai:gpt-oss-20b' },
    fallback: ['google:gemma-3-27b'],
  }
  const sluice = createTestClient({ assistant: { variant: 'on', value } })
  const model = (task: string) => sluice.model('assistant', { targetingKey: 'u', task })
  expect(['chat', 'email', 'analysis'].map((task) => model(task)?.id)).toEqual([
    'z-ai:glm-4.5-air',
    'z-ai:glm-4.5-air',
    'openai:gpt-oss-20b',
  ])
  expect(model('chat')?.fallback).toEqual(['google:gemma-3-27b'])
})

test('R12: a flag can be forced on for everybody, and killed; the kill wins', async () => {
  const { put, evaluate } = await world()
  await put('f', { ...boolean, force: 'on' })
  expect((await evaluate('f', { targetingKey: 'u' })).value).toBe(true)
  await put('f', { ...boolean, enabled: false, force: 'on' })
  expect((await evaluate('f', { targetingKey: 'u' })).value).toBe(false)
})

test('R13: staging and production have their own shares', async () => {
  const { send, evaluate } = await world()
  const at = (share: number) => ({ ...boolean, rules: [{ id: 'r', sample: { share, salt: 's' }, serve: 'on' }] })
  await send('PUT', '/api/v1/environments/staging/flags/f', { body: at(100_000) })
  await send('PUT', '/api/v1/environments/production/flags/f', { body: at(0) })
  const context = { targetingKey: 'u' }
  expect([(await evaluate('f', context, 'staging')).value, (await evaluate('f', context)).value]).toEqual([true, false])
})

test('R14: a flag carries its purpose, risk and rollback impact', async () => {
  const { put, send } = await world()
  const about = { description: 'Durable execution', risk: 'high', rollbackImpact: 'Reverts to direct' }
  await put('workflow', { ...boolean, ...about })
  expect((await send('GET', `${flags}/workflow`)).body.flag).toMatchObject(about)
  expect((await put('workflow', { ...boolean, risk: 'enormous' })).status).toBe(422)
})

test('R16: a flag may require another one', async () => {
  const { put, patch, evaluate } = await world()
  await put('configured', boolean)
  await put('log-provider', { ...boolean, serve: 'on', requires: [{ flag: 'configured', variants: ['on'] }] })
  expect((await evaluate('log-provider', { targetingKey: 'u' })).value).toBe(false)
  await patch('configured', { serve: 'on' })
  expect((await evaluate('log-provider', { targetingKey: 'u' })).value).toBe(true)
  expect((await put('configured', { ...boolean, requires: [{ flag: 'log-provider' }] })).status).toBe(422)
})

test('R17: why a user has what they have, in steps', async () => {
  const { put, send } = await world()
  await put('f', { ...boolean, rules: [{ id: 'rollout', sample: { share: 50_000, salt: 's1' }, serve: 'on' }] })
  const { body } = await send('POST', `${flags}/f/explain`, { body: { context: { targetingKey: 'user_1' } } })
  expect(body.outcome).toMatchObject({ variant: 'on', rule: 'rollout' })
  expect(JSON.stringify(body.steps)).toMatch(/49046|49\.0/)
})

test('R19: an error of the new path is counted, and the old one answers', async () => {
  const sluice = createTestClient({ 'db-models': 'on' })
  const answer = await sluice.run(
    'db-models',
    { targetingKey: 'u' },
    {
      on: () => {
        throw new Error('database away')
      },
      off: () => 'from the file',
    },
  )
  expect(answer).toBe('from the file')
  expect(sluice.recorded().at(-1)?.metrics).toMatchObject({ error: 1, fallback: 1 })
})

test('B27: work under way ends with the variant it began with', async () => {
  const sluice = createTestClient({ workflow: 'on' })
  const answer = await sluice.run(
    'workflow',
    { targetingKey: 'u' },
    {
      on: async () => {
        sluice.set({ workflow: 'off' })
        await Promise.resolve()
        return 'durable'
      },
      off: () => 'direct',
    },
  )
  expect([answer, sluice.variant('workflow', { targetingKey: 'u' }, 'off')]).toEqual(['durable', 'off'])
})
