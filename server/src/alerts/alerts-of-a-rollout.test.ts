import { alertSchema } from '@sluice/contract'
import { armOf } from '@sluice/core/evaluation'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { rolloutPart } from '../rollouts/rollout-part.ts'
import { startTestServer } from '../testing/test-server.ts'

const production = '/api/v1/environments/production'
const listSchema = z.strictObject({ items: z.array(alertSchema) })

test('ten failing calls of ten users: one alert, critical, about the error rate, and the share is 0', async () => {
  const { clock, send } = await startTestServer({ parts: [rolloutPart] })
  await send('PUT', `${production}/flags/chat`, {
    body: { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' },
  })
  const plan = {
    flag: 'chat',
    block: '1s',
    timeout: '1s',
    stages: [{ percent: 10, atLeast: '1h' }],
    guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' }],
  }
  await send('POST', `${production}/rollouts?start=true`, { body: plan })
  const { body: stored } = await send('GET', `${production}/flags/chat`)
  const sample = stored.flag.rules[0].sample
  const users = Array.from({ length: 400 }, (_, i) => `u${i}`).filter((unit) => armOf(sample, unit) === 'T')
  const at = new Date(clock.now()).toISOString()
  const observations = users
    .slice(0, 10)
    .map((unit) => ({ flag: 'chat', variant: 'on', unit, at, metrics: { error: 1, latency_ms: 100, tokens: 800 } }))
  await send('POST', `${production}/observations`, { body: { id: 'b1', observations } })
  clock.advance(2000)
  await expect.poll(async () => (await send('GET', `${production}/rollouts/chat`)).body.state).toBe('rolled_back')

  const openAlerts = async () => listSchema.parse((await send('GET', `${production}/alerts?state=open`)).body).items
  await expect.poll(async () => (await openAlerts()).length).toBe(1)
  const [alert] = await openAlerts()
  expect(alert?.severity).toBe('CRITICAL')
  expect(alert?.message).toContain('error rate')
  expect(alert?.message).toContain('10 of 10')
  expect((await send('GET', `${production}/flags/chat`)).body.flag.rules[0].sample.share).toBe(0)

  const { status, body } = await send('POST', `${production}/alerts/${alert?.id}/actions`, {
    body: { action: 'resolve', reason: 'fixed in 1.2.3' },
  })
  expect([status, body.state]).toEqual([200, 'resolved'])
  expect(await openAlerts()).toEqual([])
  const unknown = await send('POST', `${production}/alerts/al_none/actions`, { body: { action: 'resolve' } })
  expect(unknown.status).toBe(404)
})
