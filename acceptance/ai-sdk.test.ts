import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ModelServer } from '../sdk/src/testing/model-server.ts'
import { openConsole } from './open-console.ts'
import { newDatabase, startServer } from './running-server.ts'
import type { RunningServer } from './running-server.ts'

const base = '/api/v1/environments/production'
const models = new ModelServer()
let server: RunningServer
let app: typeof import('./ai-app/guarded-chat.ts')
let sluice: typeof import('./ai-app/providers.ts').sluice

beforeAll(async () => {
  await models.start()
  server = await startServer(await newDatabase())
  const { body } = await server.request('POST', '/api/v1/keys', {
    kind: 'server',
    environment: 'production',
    name: 'app',
  })
  Object.assign(process.env, {
    OPENAI_URL: models.url,
    SLUICE_URL: server.url,
    SLUICE_KEY: (body as { secret: string }).secret,
  })
  app = await import('./ai-app/guarded-chat.ts')
  sluice = (await import('./ai-app/providers.ts')).sluice
})
afterAll(async () => {
  await sluice.close()
  await Promise.all([server.end(), models.stop()])
})

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const linesOf = async (name: string) =>
  (await readFile(fileURLToPath(new URL(`./ai-app/${name}`, import.meta.url)), 'utf8')).trim().split('\n')

interface Seen {
  readonly id: string
  readonly state: string
  readonly exposure: { set: number }
  readonly why: { sentence: string }
}
interface Point {
  readonly calls: number
  readonly errors: number
  readonly tokens: number | null
  readonly p50LatencyMs: number | null
}

test('an AI SDK application becomes a guarded rollout by one line and its import', async () => {
  const [before, after] = [await linesOf('chat.ts'), await linesOf('guarded-chat.ts')]
  expect(before).toHaveLength(11)
  expect(after.filter((line, i) => line !== before[i]).map((line) => line.trim())).toEqual([
    "import { ai, openai } from './providers.ts'",
    "model: ai.model('chat-model', { targetingKey: user }, openai('old')),",
  ])
})

test('a failing candidate is measured and rolled back while every call still gets an answer', async () => {
  const variants = { candidate: 'openai:new-flaky', current: 'openai:old' }
  const flag = { enabled: true, variants, off: 'current', serve: 'current' }
  expect((await server.request('PUT', `${base}/flags/chat-model`, flag)).status).toBe(201)
  const plan = {
    flag: 'chat-model',
    block: '1s',
    timeout: '30s',
    stages: [{ percent: 50, atLeast: '60s' }],
    guardrails: [{ metric: 'error', ratioOver: 1, onBreach: 'rollback' }],
  }
  const made = await server.request('POST', `${base}/rollouts?start=true`, plan)
  expect(made.status).toBe(201)
  const { id } = made.body as Seen
  const look = async () => (await server.request('GET', `${base}/rollouts/${id}`)).body as Seen
  await expect.poll(() => sluice.details('chat-model', { targetingKey: 'x' }, '').rule).not.toBe(undefined)

  const answers: string[] = []
  for (let round = 0; round < 60 && (await look()).state !== 'rolled_back'; round++) {
    const users = Array.from({ length: 60 }, (_, i) => `user_${round}_${i}`)
    answers.push(...(await Promise.all(users.map((user) => app.answer(user, 'hi')))))
    await sleep(250)
  }

  const seen = await look()
  expect([seen.state, seen.exposure.set]).toEqual(['rolled_back', 0])
  expect(seen.why.sentence).toMatch(/errors/)
  expect(new Set(answers)).toEqual(new Set(['Hello, world']))

  const series = (await server.request('GET', `${base}/rollouts/${id}/series`)).body as {
    points: { candidate: Point; baseline: Point }[]
  }
  const arm = (name: 'candidate' | 'baseline') =>
    series.points.map((point) => point[name]).filter(({ calls }) => calls > 0)
  for (const name of ['candidate', 'baseline'] as const) {
    expect(arm(name).length).toBeGreaterThan(0)
    for (const { tokens } of arm(name)) expect(tokens).toBe(15)
    expect(arm(name).every(({ p50LatencyMs }) => p50LatencyMs !== null && p50LatencyMs > 0)).toBe(true)
  }
  const rate = (points: Point[]) =>
    points.reduce((sum, { errors }) => sum + errors, 0) / points.reduce((sum, { calls }) => sum + calls, 0)
  expect(rate(arm('candidate'))).toBeGreaterThan(0.2)
  expect(rate(arm('baseline'))).toBe(0)

  const console = await openConsole(server.url)
  const page = await console.signedIn()
  await page.goto(`${server.url}/e/production/rollouts/${id}`)
  await page.getByRole('heading', { name: /chat-model ▼ rolled back/ }).waitFor()
  const shown = () => page.locator('main').innerText()
  for (const [chart, figure] of [
    ['p95 latency', String.raw`[\d.]+\sm?s`],
    ['Tokens a call', '15'],
  ] as const) {
    await page.getByLabel('Lower chart').selectOption({ label: chart })
    await expect
      .poll(shown, { timeout: 10_000 })
      .toMatch(new RegExp(String.raw`candidate ${figure}\s+baseline ${figure}\s`))
  }
  expect(await shown()).toMatch(/Failed calls\s+candidate [1-9][\d.]*\s%\s+baseline 0\s%/)
  expect(console.errors).toEqual([])
  await console.close()

  models.requests.length = 0
  await expect.poll(() => sluice.variant('chat-model', { targetingKey: 'user_0_1' }, '')).toBe('current')
  await Promise.all(Array.from({ length: 40 }, (_, i) => app.answer(`late_${i}`, 'hi')))
  expect(new Set(models.asked)).toEqual(new Set(['old']))
}, 60_000)
