import { metricsTrendSchema } from '@sluice/contract'
import { expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { startTestServer } from '../testing/test-server.ts'

const production = '/api/v1/environments/production'
const [hour, day] = [3_600_000, 86_400_000]
const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }

async function world() {
  const { send, clock } = await startTestServer({ parts: serverParts }, { retentionMs: hour })
  await send('PUT', `${production}/flags/f`, { body: flag })
  let batch = 0
  return {
    send,
    clock,
    /** Calls that began so long ago, of which each third fails. */
    call: async (variant: string, count: number, agoMs = 0) => {
      const at = new Date(clock.now() - agoMs).toISOString()
      const row = (i: number) => ({
        flag: 'f',
        variant,
        at,
        metrics: { error: i % 3 === 0 ? 1 : 0, latency_ms: 100 * i },
      })
      const observations = [
        ...Array.from({ length: count }, (_, i) => row(i + 1)),
        { flag: 'f', variant, at, metrics: {} },
      ]
      await send('POST', `${production}/observations`, { body: { id: `b${(batch += 1)}`, observations } })
    },
    trend: async (query = '') =>
      metricsTrendSchema.parse((await send('GET', `${production}/metrics/trend${query}`)).body),
  }
}

test('R50, B8: the days of each variant are there when its calls are no longer kept', async () => {
  const { send, clock, call, trend } = await world()
  await call('on', 6, 45 * day)
  await call('off', 3, 45 * day)
  await call('on', 3)
  await clock.advance(2 * hour + 1000)
  const summary = (await send('GET', `${production}/metrics/summary?lastMinutes=180`)).body.items
  expect(summary.map(({ totalCalls }: { totalCalls: number }) => totalCalls)).toEqual([0, 0])
  const { items, to } = await trend()
  const first = new Date(Date.parse(to) - 45 * day).toISOString().slice(0, 10)
  expect(items.map(({ variant, points }) => [variant, points.map((point) => [point.day, point.totalCalls])])).toEqual([
    ['off', [[first, 3]]],
    [
      'on',
      [
        [first, 6],
        [to, 3],
      ],
    ],
  ])
  const [point] = items[1]?.points ?? []
  expect(point).toMatchObject({ errorRate: 2 / 6, avgResponseTime: 350, avgTokensPerCall: null })
  expect(Math.abs((point?.p95ResponseTime ?? 0) / 600 - 1)).toBeLessThan(0.01)
  expect((await trend('?days=7')).items.map(({ variant }) => variant)).toEqual(['on'])
  expect((await trend('?flag=other')).items).toEqual([])
})

test('every call counts once on the day it began, however often one looks and whenever it arrives', async () => {
  const { clock, call, trend } = await world()
  await call('on', 2)
  for (let twice = 0; twice < 2; twice++) expect((await trend()).items[0]?.points.at(-1)?.totalCalls).toBe(2)
  await clock.advance(hour)
  await call('on', 5, hour)
  await call('on', 4, 2 * day)
  const { items } = await trend('?days=3')
  expect(items[0]?.points.map(({ totalCalls }) => totalCalls)).toEqual([4, 7])
})

test('a number of days that is none is refused', async () => {
  const { send } = await world()
  for (const days of [0, 401, -3]) {
    const refused = await send('GET', `${production}/metrics/trend?days=${days}`)
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([422, expect.stringContaining('from 1 to 400')])
  }
})
