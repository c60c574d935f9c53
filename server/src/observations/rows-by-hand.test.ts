import type { Rollout } from '@sluice/contract'
import { expect, test } from 'vitest'
import { rolloutPart } from '../rollouts/rollout-part.ts'
import { startTestServer } from '../testing/test-server.ts'

const production = '/api/v1/environments/production'

test('what OFREP says of an arm makes a row evidence; whom another rule served is in neither arm', async () => {
  const { send, clock } = await startTestServer({ parts: [rolloutPart] })
  const free = { id: 'free', if: { attr: 'plan', op: 'in', values: ['free'] }, serve: 'off' }
  const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', rules: [free], serve: 'off' }
  await send('PUT', `${production}/flags/chat`, { body: flag })
  const plan = {
    flag: 'chat',
    block: '1s',
    timeout: '1s',
    advance: 'quiet',
    stages: [{ percent: 50 }, { percent: 100 }],
  }
  await send('POST', `${production}/rollouts`, { body: plan })
  await send('POST', `${production}/rollouts/chat/actions`, { body: { action: 'start', reason: 'by hand' } })

  const observations = []
  for (let i = 0; i < 300; i++) {
    const context = { targetingKey: `user_${i}`, plan: i % 3 === 0 ? 'free' : 'pro' }
    const path = '/ofrep/v1/evaluate/flags/chat?environment=production'
    const { body } = await send('POST', path, { body: { context } })
    const { arm, attempt, visit } = body.metadata
    const row = { flag: 'chat', variant: body.variant, at: new Date(clock.now()).toISOString(), metrics: { error: 0 } }
    observations.push(arm ? { ...row, unit: context.targetingKey, arm, attempt, visit } : row)
  }
  await send('POST', `${production}/observations`, { body: { id: 'one', observations } })
  await clock.advance(2000)

  const rollout = (await send('GET', `${production}/rollouts/chat`)).body as Rollout
  expect(rollout.uncounted).toMatchObject({ withoutUnit: 100, mismatch: 0, late: 0 })
  expect(rollout.exposure.units + rollout.exposure.baselineUnits).toBe(200)
  expect(rollout.sampleRatio.verdict).toBe('ok')
})
