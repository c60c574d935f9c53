import { expect, test } from 'vitest'
import { rolloutPart } from '../rollouts/rollout-part.ts'
import { startTestServer } from '../testing/test-server.ts'

const production = '/api/v1/environments/production'

test('rollouts, decisions and rows are told to Prometheus, and what has ended is gone', async () => {
  const { clock, send } = await startTestServer({ parts: [rolloutPart] })
  const scrape = async (): Promise<string> => (await send('GET', '/metrics', { key: null })).body
  await send('PUT', `${production}/flags/chat`, {
    body: { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' },
  })
  expect(await scrape()).not.toContain('sluice_rollout_state{')

  await send('POST', `${production}/rollouts?start=true`, { body: { flag: 'chat' } })
  const at = new Date(clock.now()).toISOString()
  const observations = [{ flag: 'chat', variant: 'off', unit: 'u1', at, metrics: { error: 0 } }]
  await send('POST', `${production}/observations`, { body: { id: 'b1', observations } })
  for (const text of [await scrape(), await scrape()]) {
    expect(text).toContain('sluice_rollout_state{environment="production",flag="chat",state="running"} 1\n')
    expect(text).toContain('sluice_exposure_ratio{environment="production",flag="chat"} 0.01\n')
    expect(text).toMatch(
      /sluice_verdict\{environment="production",flag="chat",guardrail="[^"]+",verdict="measuring"\} 1\n/,
    )
    expect(text).toMatch(/sluice_evidence\{environment="production",flag="chat",guardrail="[^"]+"\} -?\d/)
    expect(text).toContain('sluice_rollout_decisions_total{environment="production",action="start",cause="PERSON"} 1\n')
    expect(text).toMatch(/sluice_observations_total\{environment="production",status="evidence|mismatch"\} 1\n/)
    expect(text).toContain('process_resident_memory_bytes')
  }

  await send('POST', `${production}/rollouts/chat/actions`, { body: { action: 'rollback' } })
  const ended = await scrape()
  expect(ended).not.toContain('sluice_rollout_state{')
  expect(ended).toContain(
    'sluice_rollout_decisions_total{environment="production",action="rollback",cause="PERSON"} 1\n',
  )
})

test('beyond loopback a key is needed', async () => {
  const behindProxy = { publicUrl: 'https://sluice.example.com', host: '127.0.0.1' }
  const { send } = await startTestServer({ parts: [rolloutPart] }, behindProxy)
  expect((await send('GET', '/metrics', { key: null })).status).toBe(401)
  expect((await send('GET', '/metrics')).status).toBe(200)
})
