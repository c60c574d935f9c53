import { expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { startTestServer } from '../testing/test-server.ts'

const base = '/api/v1/environments/production'
const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const hour = 3_600_000

async function flagWithPast(units: number, failing: number) {
  const { send, clock } = await startTestServer({ parts: serverParts })
  await send('PUT', `${base}/flags/chat`, { body: flag })
  const startMs = clock.now() - 6 * hour
  const observations = Array.from({ length: units }, (_, i) => ({
    flag: 'chat',
    variant: 'off',
    unit: `u${i}`,
    at: new Date(startMs + (i * 6 * hour) / units).toISOString(),
    metrics: { error: i % failing === 0 ? 1 : 0, latency_ms: 500 + (i % 100) * 10, tokens: 100 + (i % 7), patches: 2 },
  }))
  await send('POST', `${base}/observations`, { body: { id: 'past', observations } })
  const preview = (plan: object, traffic?: object) =>
    send('POST', `${base}/rollouts/preview`, { body: { plan: { flag: 'chat', ...plan }, ...(traffic && { traffic }) } })
  return { send, preview }
}

test('a plan is held against what the flag has seen: users, rates, amounts and quotients', async () => {
  const { send, preview } = await flagWithPast(900, 50)
  const guardrails = [
    { metric: 'error', ratioOver: 1, onBreach: 'rollback' },
    { metric: 'latency_ms', stat: 'p95', ratioOver: 1.5 },
    { metric: 'tokens', stat: 'mean', per: 'patches', ratioOver: 1.2 },
  ]
  const { status, body } = await preview({ guardrails })
  expect(status).toBe(200)
  expect(body).toMatchObject({ canStart: true, traffic: { source: 'history', rates: { error: 0.02 } } })
  expect(body.traffic.unitsPerDay).toBeCloseTo(3600, -1)
  expect(body.stages.map(({ percent }: { percent: number }) => percent)).toEqual([1, 10, 50, 95])
  const [first, , third] = body.stages
  expect(first.units.candidate).toBeCloseTo(1.5, 1)
  expect(third.outlooks.map(({ unknown }: { unknown: unknown }) => unknown)).toEqual([null, null, null])
  expect(third.outlooks[0]).toMatchObject({ guardrail: 'error-ratio', label: 'errors', baseline: 1 })
  expect(third.outlooks[0].prospects[0].power).toBeGreaterThan(first.outlooks[0].prospects[0].power)
  expect(third.outlooks[0].sentence).toMatch(/^errors: finds .*x and worse in time/)
  expect(body.findings.map(({ code, pointer }: { code: string; pointer: string }) => `${code} ${pointer}`)).toEqual(
    expect.arrayContaining(['few_units /stages/0', 'blind /stages/0']),
  )
  expect((await send('GET', `${base}/rollouts`)).body.items).toEqual([])
})

test('a row of the year 9999 is not the traffic of a week', async () => {
  const { send, preview } = await flagWithPast(900, 50)
  const row = { flag: 'chat', variant: 'off', unit: 'late', at: '9999-12-31T00:00:00Z', metrics: { error: 0 } }
  expect((await send('POST', `${base}/observations`, { body: { id: 'ahead', observations: [row] } })).status).toBe(202)
  expect((await preview({})).body.traffic.unitsPerDay).toBeCloseTo(3600, -1)
})

test('figures that are given take the place of the flag’s own', async () => {
  const { preview } = await flagWithPast(900, 50)
  const given = { unitsPerDay: 5_000_000, rates: { error: 0.01 }, values: { latency_ms: { median: 400, p95: 2000 } } }
  const { body } = await preview({}, given)
  expect(body.traffic).toMatchObject({ source: 'given', unitsPerDay: 5_000_000, rates: { error: 0.01 } })
  expect(body.traffic.values.latency_ms.p95).toBeCloseTo(2000, -2)
  expect(body.plan.advance).toBe('proof')
  const refused = await preview({}, { unitsPerDay: -1 })
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/traffic/unitsPerDay' }] } })
})

test('errors of the linter are shown in a preview, and keep a rollout from being made', async () => {
  const { send, preview } = await flagWithPast(900, 10)
  const plan = { stages: [{ percent: 10 }], guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' }] }
  const { status, body } = await preview(plan)
  expect([status, body.canStart, body.findings[0].code]).toEqual([200, false, 'baseline_beyond'])
  const refused = await send('POST', `${base}/rollouts`, { body: { flag: 'chat', ...plan } })
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/guardrails/0', code: 'lint' }] } })
  expect(refused.body.errors[0].message).toMatch(/breaks the limit of 5 % .* Move the limit/)
  expect((await preview({ guardrails: [{ metric: 'error' }] })).status).toBe(422)
})

test('a rollout that is there can be looked at again, and carries its warnings as notes', async () => {
  const { send } = await flagWithPast(900, 50)
  const { body: made } = await send('POST', `${base}/rollouts`, { body: { flag: 'chat' } })
  expect(made.notes.join(' ')).toMatch(/Stage 1 \(1 %, at least 1 h\) is blind/)
  const { body } = await send('GET', `${base}/rollouts/${made.id}/preview`)
  expect(body.plan).toEqual(made.plan)
  expect(made.notes).toEqual(
    expect.arrayContaining(body.findings.map((one: Record<string, string>) => `${one['sentence']} ${one['remedy']}`)),
  )
})

test('a draw that was rolled back is named when it would be drawn again', async () => {
  const { send, preview } = await flagWithPast(900, 50)
  const codes = async () => (await preview({})).body.findings.map(({ code }: { code: string }) => code)
  expect(await codes()).not.toContain('same_draw')
  const { body } = await send('POST', `${base}/rollouts?start=true`, { body: { flag: 'chat' } })
  await send('POST', `${base}/rollouts/${body.id}/actions`, { body: { action: 'rollback', reason: 'test' } })
  expect(await codes()).toContain('same_draw')
  const { body: again } = await send('POST', `${base}/rollouts`, { body: { flag: 'chat' } })
  expect(again.notes.join(' ')).toContain(`draws the users of ${body.id} again`)
  const { findings } = (await send('GET', `${base}/rollouts/${again.id}/preview`)).body
  expect(findings.map(({ code }: { code: string }) => code)).toContain('same_draw')
})

test('tokens of two providers are not compared without a word', async () => {
  const { send } = await flagWithPast(900, 50)
  const guardrails = [
    { metric: 'error', ratioOver: 1 },
    { metric: 'tokens', stat: 'mean', ratioOver: 1.2 },
  ]
  const codes = async (on: unknown) => {
    await send('PUT', `${base}/flags/model`, { body: { ...flag, variants: { on, off: 'openai:gpt-4o' } } })
    const { body } = await send('POST', `${base}/rollouts/preview`, { body: { plan: { flag: 'model', guardrails } } })
    return body.findings.map(({ code, pointer }: Record<string, string>) => `${code} ${pointer}`)
  }
  expect(await codes('z-ai:glm-4.5-air')).toContain('tokenizers /guardrails/1/metric')
  expect(await codes({ model: 'z-ai:glm-4.5-air' })).toContain('tokenizers /guardrails/1/metric')
  for (const same of ['openai:gpt-4.1', 'no model', 7])
    expect(await codes(same)).not.toContain('tokenizers /guardrails/1/metric')
})
