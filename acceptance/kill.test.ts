import { expect, test } from 'vitest'
import { newDatabase, startServer } from './running-server.ts'
import type { RunningServer } from './running-server.ts'

const base = '/api/v1/environments/production'
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Seen {
  readonly state: string
  readonly attempt: number
  readonly stage: { index: number }
  readonly exposure: { set: number; calls: number; baselineCalls: number; units: number; baselineUnits: number }
  readonly uncounted: { late: number; mismatch: number }
}

test('R33, B8: 20 kills at any moment lose nothing that was acknowledged and count nothing twice', async () => {
  const database = await newDatabase()
  let server: RunningServer = await startServer(database)
  await server.request('PUT', `${base}/flags/f`, {
    enabled: true,
    variants: { on: true, off: false },
    off: 'off',
    serve: 'off',
  })
  const plan = {
    flag: 'f',
    block: '1s',
    timeout: '1s',
    stages: [{ percent: 50, atLeast: '1h' }],
    guardrails: [{ metric: 'error', ratioOver: 1, onBreach: 'rollback' }],
  }
  const { body } = await server.request('POST', `${base}/rollouts?start=true`, plan)
  const { id } = body as { id: string }
  let number = 0
  let open: { id: string; observations: unknown[] } | null = null
  const next = () => {
    number += 1
    const at = new Date().toISOString()
    return {
      id: `batch-${number}`,
      observations: Array.from({ length: 20 }, (_, i) => ({
        flag: 'f',
        variant: i % 2 ? 'on' : 'off',
        unit: `u${number}-${i}`,
        at,
        metrics: { error: 0 },
      })),
    }
  }
  for (let kill = 0; kill < 20; kill++) {
    const until = Date.now() + 50 + ((kill * 137) % 450)
    const killed = sleep(until - Date.now()).then(() => server.end('SIGKILL'))
    for (let alive = true; alive;) {
      open ??= next()
      try {
        const { status } = await server.request('POST', `${base}/observations`, open)
        if (status === 202 || status === 200) open = null
      } catch {
        alive = false
      }
    }
    await killed
    server = await startServer(database)
    const { state, stage, attempt } = (await server.request('GET', `${base}/rollouts/${id}`)).body as Seen
    expect([kill, ['running', 'held'].includes(state), stage.index, attempt]).toEqual([kill, true, 0, 1])
  }
  if (open) await server.request('POST', `${base}/observations`, open)
  await sleep(2500)
  const { exposure, uncounted } = (await server.request('GET', `${base}/rollouts/${id}`)).body as Seen
  expect(exposure.calls + exposure.baselineCalls + uncounted.mismatch + uncounted.late).toBe(number * 20)
  expect(exposure.units + exposure.baselineUnits).toBe(exposure.calls + exposure.baselineCalls)
  await server.end()
}, 120_000)
