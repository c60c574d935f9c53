import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '@sluice/sdk'
import { launch, newDatabase, startServer } from './running-server.ts'
import type { RunningServer } from './running-server.ts'

const base = '/api/v1/environments/production'
const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const plan = {
  block: '1s',
  timeout: '1s',
  stages: [
    { percent: 10, atLeast: '3s' },
    { percent: 50, atLeast: '3s' },
    { percent: 100, atLeast: '3s' },
  ],
  guardrails: [{ metric: 'error', ratioOver: 1, onBreach: 'rollback' }],
}

let database: string
let server: RunningServer
beforeAll(async () => {
  database = await newDatabase()
  server = await startServer(database)
})
afterAll(() => server.end())

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function started(key: string): Promise<string> {
  await server.request('PUT', `${base}/flags/${key}`, flag)
  const { status, body } = await server.request('POST', `${base}/rollouts`, { flag: key, ...plan })
  expect(status).toBe(201)
  const { id } = body as { id: string }
  expect(
    (await server.request('POST', `${base}/rollouts/${id}/actions`, { action: 'start', reason: 'test' })).status,
  ).toBe(200)
  return id
}

let users = 0
/** Users who ask over OFREP which variant they have, and whose calls fail at a rate. */
async function traffic(key: string, count: number, failing: { on: number; off: number }): Promise<void> {
  const rows = await Promise.all(
    Array.from({ length: count }, async () => {
      users += 1
      const unit = `user_${users}`
      const { body } = await server.request('POST', `/ofrep/v1/evaluate/flags/${key}?environment=production`, {
        context: { targetingKey: unit },
      })
      const { variant } = body as { variant: 'on' | 'off' }
      const error = (users * 7919) % 997 < failing[variant] * 997 ? 1 : 0
      return { flag: key, variant, unit, at: new Date().toISOString(), metrics: { error, latency_ms: 100 } }
    }),
  )
  expect(
    (await server.request('POST', `${base}/observations`, { id: `${key}-${users}`, observations: rows })).status,
  ).toBe(202)
}

interface Secret {
  readonly secret: string
}

interface Seen {
  readonly state: string
  readonly exposure: { set: number; calls: number; baselineCalls: number }
  readonly waitingFor: { code: string; sentence: string }[]
  readonly why: { sentence: string }
}
const look = async (id: string) => (await server.request('GET', `${base}/rollouts/${id}`)).body as Seen

describe('from outside, over HTTP', () => {
  test('a rollout decides on hashed units that an SDK reports, and on none that a public key reports', async () => {
    const keyOf = async (kind: string) =>
      ((await server.request('POST', '/api/v1/keys', { kind, environment: 'production', name: kind })).body as Secret)
        .secret
    const id = await started('private-users')
    const hashUnits = 'a secret of the application'
    const client = createClient({ url: server.url, key: await keyOf('server'), environment: 'production', hashUnits })
    await client.ready()
    const forged = Array.from({ length: 500 }, (_, i) => ({
      flag: 'private-users',
      variant: i % 10 === 0 ? 'on' : 'off',
      unit: `hash-${i}`,
      at: new Date().toISOString(),
      metrics: { error: i % 10 === 0 ? 1 : 0 },
      attempt: 1,
      visit: 1,
      arm: i % 10 === 0 ? 'T' : 'C',
    }))
    const authorization = `Bearer ${await keyOf('client')}`
    const path = `${base}/observations`
    expect((await server.request('POST', path, { id: 'forged', observations: forged }, { authorization })).status).toBe(
      202,
    )
    await sleep(2500)
    expect(await look(id)).toMatchObject({ exposure: { set: 10, units: 0 }, uncounted: { public: 500 } })
    for (let second = 0; second < 20 && (await look(id)).state !== 'rolled_back'; second++) {
      for (let i = 0; i < 100; i++) {
        users += 1
        const context = { targetingKey: `user_${users}` }
        const isOn = client.value('private-users', context, false)
        client.track(context, { flag: 'private-users', error: isOn && users % 3 === 0 ? 1 : 0 })
      }
      await client.flush()
      await sleep(500)
    }
    await client.close()
    expect(await look(id)).toMatchObject({ state: 'rolled_back', uncounted: { mismatch: 0, withoutUnit: 0 } })
  })

  test('a candidate that fails 30 % against 1 % is rolled back, and everybody gets the baseline within a second', async () => {
    const id = await started('bad-model')
    const { body } = await server.request('POST', '/api/v1/keys', {
      kind: 'server',
      environment: 'production',
      name: 'sdk',
    })
    const client = createClient({
      url: server.url,
      key: (body as { secret: string }).secret,
      environment: 'production',
    })
    await client.ready()
    for (let round = 0; round < 40 && (await look(id)).state !== 'rolled_back'; round++) {
      await traffic('bad-model', 150, { on: 0.3, off: 0.01 })
      await sleep(300)
    }
    const seen = await look(id)
    expect([seen.state, seen.exposure.set]).toEqual(['rolled_back', 0])
    await sleep(1000)
    const units = Array.from({ length: 200 }, (_, i) => `late_${i}`)
    expect(units.filter((targetingKey) => client.isEnabled('bad-model', { targetingKey }))).toEqual([])
    const { body: answer } = await server.request('POST', '/ofrep/v1/evaluate/flags/bad-model?environment=production', {
      context: { targetingKey: 'late_1' },
    })
    expect(answer).toMatchObject({ value: false, variant: 'off' })
    await client.close()
    const report = (await server.request('GET', `${base}/rollouts/${id}/report`)).body as {
      exposed: { calls: number }
      fired: unknown[]
    }
    expect(report.exposed.calls).toBe(seen.exposure.calls)
    expect(report.fired).toHaveLength(1)
    const page = await fetch(`${server.url}${base}/rollouts/${id}/report?format=html`, {
      headers: { authorization: `Bearer acceptance-admin-key-0123456789abcdef` },
    })
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(await page.text()).toMatch(/was rolled back from \d+ % to 0 %/)
  })

  test('equal arms go through every stage to the end', async () => {
    const id = await started('good-model')
    for (let round = 0; round < 60 && (await look(id)).state !== 'completed'; round++) {
      await traffic('good-model', 60, { on: 0.02, off: 0.02 })
      await sleep(300)
    }
    expect(await look(id)).toMatchObject({ state: 'completed', exposure: { set: 100 } })
  })

  test('silence waits, says since when, and a person still has the last word', async () => {
    const id = await started('silent-model')
    await sleep(6000)
    const seen = await look(id)
    expect([seen.state, seen.exposure.set]).toEqual(['held', 10])
    expect(seen.waitingFor[0]?.sentence).toMatch(/no data from either side since \d\d:\d\d:\d\d UTC/)
    const { body } = await server.request('POST', `${base}/rollouts/${id}/actions`, {
      action: 'rollback',
      reason: 'enough',
    })
    expect(body).toMatchObject({ changed: true, rollout: { state: 'rolled_back', exposure: { set: 0 } } })
    expect(
      (await server.request('POST', `${base}/rollouts/${id}/actions`, { action: 'resume', reason: 'no' })).status,
    ).toBe(409)
  })

  test('B18, B19: a kill switch wins at once', async () => {
    const id = await started('killed-model')
    await server.request('PATCH', `${base}/flags/killed-model`, { enabled: false })
    const { body } = await server.request('POST', '/ofrep/v1/evaluate/flags/killed-model?environment=production', {
      context: { targetingKey: 'a' },
    })
    expect(body).toMatchObject({ value: false, reason: 'DISABLED' })
    expect((await look(id)).waitingFor[0]?.code).toBe('killed')
    const share = { rules: [{ id: 'rollout', sample: { share: 90_000 }, serve: 'on' }] }
    expect((await server.request('PATCH', `${base}/flags/killed-model`, share)).status).toBe(409)
  })

  test.each([
    ['POST', '/rollouts', { flag: 'nowhere' }, 404, /nowhere/],
    ['POST', '/rollouts', { flag: 7 }, 400, /\/flag/],
    ['POST', '/rollouts', { flag: 'good-model', stages: [{ percent: 150 }] }, 422, /\/stages\/0\/percent/],
    ['POST', '/rollouts', { flag: 'good-model', stages: [{ percent: -5 }] }, 422, /\/stages\/0\/percent/],
    ['POST', '/rollouts', { flag: 'good-model', stages: [{ percent: 'abc' }] }, 400, /\/stages\/0\/percent/],
    ['POST', '/rollouts', '{"flag": NaN}', 400, /JSON/],
    ['POST', '/rollouts', new Uint8Array([0x7b, 0xff, 0x7d]), 400, /UTF-8/],
    [
      'POST',
      '/observations',
      { id: 'x', observations: [{ flag: 'nowhere', variant: 'on', at: '2026-11-20T10:00:00Z', metrics: {} }] },
      422,
      /\/observations\/0\/flag/,
    ],
    [
      'POST',
      '/observations',
      {
        id: 'x',
        observations: [{ flag: 'good-model', variant: 'on', unit: '\uD800', at: '2026-11-20T10:00:00Z', metrics: {} }],
      },
      422,
      /\/observations\/0\/unit/,
    ],
    [
      'POST',
      '/observations',
      {
        id: 'x',
        observations: [
          { flag: 'good-model', variant: 'on', unit: 'u', at: '2026-11-20T10:00:00Z', metrics: { error: 'often' } },
        ],
      },
      422,
      /\/observations\/0\/metrics\/error/,
    ],
    ['POST', '/observations', JSON.stringify({ id: 'x', observations: ['x'.repeat(10_000_000)] }), 413, /larger/],
  ] as const)('%s %s %j is refused with %i', async (method, path, body, status, named) => {
    const answer = await server.request(method, `${base}${path}`, body)
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).toMatch(named)
  })

  test('good rows of a batch are kept, bad ones named, and the batch counts once', async () => {
    const row = { flag: 'good-model', variant: 'on', unit: 'u', at: new Date().toISOString(), metrics: { error: 0 } }
    const batch = { id: 'mixed', observations: [row, { ...row, metrics: { error: 3 } }, { ...row, unit: 'v' }] }
    const first = await server.request('POST', `${base}/observations`, batch)
    expect([first.status, first.body]).toMatchObject([
      202,
      { accepted: 2, rejected: [{ index: 1, pointer: '/metrics/error' }] },
    ])
    const second = await server.request('POST', `${base}/observations`, batch)
    expect([second.status, second.body]).toMatchObject([200, { duplicate: true }])
  })

  test('a second server on the same file is refused in words', async () => {
    const child = launch(database)
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect(code).toBe(1)
    expect(said).toMatch(/in use by Sluice \(pid \d+.*One server per SQLite file/s)
  })
})
