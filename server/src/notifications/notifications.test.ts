import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { channelSchema, deliverySchema } from '@sluice/contract'
import type { Rollout } from '@sluice/contract'
import { expect, onTestFinished, test } from 'vitest'
import { rolloutPart } from '../rollouts/rollout-part.ts'
import { startTestServer } from '../testing/test-server.ts'
import type { Shell } from '../compose.ts'
import { DailyDigest } from './daily-digest.ts'
import { Dispatcher, retryDelaysMs } from './dispatcher.ts'
import { notificationPart } from './notification-part.ts'

const production = '/api/v1/environments/production'

interface Heard {
  readonly path: string
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: any
  readonly raw: string
}

/** A receiver on this machine that answers as it is told. */
async function receiver(answer: (heard: Heard) => { status: number; body?: unknown } = () => ({ status: 200 })) {
  const heard: Heard[] = []
  const server = createServer(async (request, response) => {
    let raw = ''
    for await (const chunk of request) raw += String(chunk)
    const told = { path: request.url ?? '', headers: request.headers, body: JSON.parse(raw), raw }
    heard.push(told)
    const { status, body } = answer(told)
    response.writeHead(status).end(JSON.stringify(body ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** The server without the dispatcher's own timer, so that a day costs one look. */
const routesOnly = (shell: Shell) => ({ routes: notificationPart(shell).routes ?? [] })

async function start(internalHosts = ['127.0.0.1']) {
  const fixture = await startTestServer({ parts: [rolloutPart, routesOnly] }, { internalHosts })
  const { send, clock } = fixture
  await send('PUT', `${production}/flags/chat`, {
    body: { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' },
  })
  const rollOut = async () => {
    await send('POST', `${production}/rollouts?start=true`, { body: { flag: 'chat', reason: 'try' } })
    await send('POST', `${production}/rollouts/chat/actions`, {
      body: { action: 'rollback', reason: '<!channel> p95' },
    })
  }
  const deliveries = async (id: string) =>
    deliverySchema.array().parse((await send('GET', `/api/v1/channels/${id}/deliveries`)).body.items)
  const channel = async (body: unknown) => channelSchema.parse((await send('POST', '/api/v1/channels', { body })).body)
  const dispatcher = new Dispatcher({ ...fixture.server.shell, post: { internalHosts } })
  /** Lets time pass, with one look of the dispatcher at its end. */
  const pass = async (ms: number) => {
    await clock.advance(ms)
    await dispatcher.look()
  }
  return { ...fixture, rollOut, deliveries, channel, pass }
}

test('R72: a webhook hears of what it asked for, signed, in order, and of nothing before it was made', async () => {
  const { heard, url } = await receiver()
  const { rollOut, channel, pass } = await start()
  await rollOut()
  const { secret = '', id } = await channel({ kind: 'webhook', name: 'ops', url: `${url}/hook`, events: ['rollout.*'] })
  await rollOut()
  await pass(0)
  expect(heard.map(({ body }) => body.type)).toEqual(['rollout.started', 'rollout.rolled_back'])
  const [, last] = heard
  expect(last?.body.data).toMatchObject({
    flag: 'chat',
    environment: 'production',
    from: '1',
    to: '0',
    reason: '<!channel> p95',
  })
  const { 'webhook-id': event, 'webhook-timestamp': at, 'webhook-signature': signature } = last?.headers ?? {}
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  expect(key.length).toBeGreaterThanOrEqual(24)
  expect(signature).toBe(`v1,${createHmac('sha256', key).update(`${event}.${at}.${last?.raw}`).digest('base64')}`)
  expect(id).toMatch(/^ch_/)
})

test('what does not arrive is tried again under the same id until it does', async () => {
  let failures = 2
  const { heard, url } = await receiver(() => ({ status: failures-- > 0 ? 503 : 204 }))
  const { rollOut, channel, deliveries, pass } = await start()
  const { id } = await channel({ kind: 'webhook', name: 'ops', url, events: ['rollout.rolled_back'] })
  await rollOut()
  await pass(0)
  expect(await deliveries(id)).toMatchObject([{ state: 'pending', attempts: 1, error: 'The receiver answered 503.' }])
  for (const delay of retryDelaysMs.slice(0, 2)) await pass(delay * 1.2)
  expect(await deliveries(id)).toMatchObject([{ state: 'delivered', attempts: 3, error: null }])
  expect(new Set(heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
})

test('R30: once a day a channel that asked for it is told where everything on its way stands', async () => {
  const { heard, url } = await receiver()
  const { send, server, channel, pass } = await start()
  const live: Rollout[] = []
  const lookAt = async (time: string): Promise<void> => {
    const clock = { ...server.shell.clock, now: () => Date.parse(time) }
    await new DailyDigest({ ...server.shell, clock, live: () => live }).look()
  }
  await lookAt('2030-01-01T07:00:00Z')
  await channel({ kind: 'webhook', name: 'daily', url, events: ['environment.digest'] })
  await lookAt('2030-01-01T08:00:00Z')
  await send('POST', `${production}/rollouts?start=true`, { body: { flag: 'chat', reason: 'try' } })
  live.push((await send('GET', `${production}/rollouts/chat`)).body)
  await lookAt('2030-01-02T05:59:00Z')
  await pass(0)
  expect(heard).toEqual([])
  for (const time of ['06:00', '07:00', '23:00']) await lookAt(`2030-01-02T${time}:00Z`)
  await lookAt('2030-01-03T06:00:00Z')
  await pass(0)
  expect(heard.map(({ body }) => [body.type, body.timestamp])).toEqual([
    ['environment.digest', '2030-01-02T06:00:00.000Z'],
    ['environment.digest', '2030-01-03T06:00:00.000Z'],
  ])
  expect(heard[0]?.body.data.why.sentence).toMatch(/^chat: At 1 %\. Opens 10 % after: /)
})

test('R72: each change of an alert is one message with the way back and the runbook, also when two tries fail', async () => {
  let failures = 2
  const { heard, url } = await receiver(() => ({ status: failures-- > 0 ? 503 : 204 }))
  const { send, channel, pass, clock } = await start()
  await channel({ kind: 'webhook', name: 'ops', url, events: ['alert.*'] })
  const runbook = 'https://wiki.test/errors'
  const guardrails = [
    {
      metric: 'error',
      over: 0.05,
      onBreach: 'hold',
      runbook,
      window: { length: '10s', breach: 1, of: 1, minSamples: 5 },
    },
  ]
  const stages = [{ percent: 100, holdback: 0, atLeast: '1h' }]
  await send('POST', `${production}/rollouts?start=true`, {
    body: { flag: 'chat', block: '10s', timeout: '1s', stages, guardrails, reason: 'try' },
  })
  for (let second = 0; second < 30; second += 5) {
    const at = new Date(clock.now()).toISOString()
    const observations = Array.from({ length: 10 }, (_, i) => ({
      flag: 'chat',
      variant: 'on',
      unit: `u${second}-${i}`,
      at,
      metrics: { error: i % 2 },
    }))
    await send('POST', `${production}/observations`, { body: { id: `b${second}`, observations } })
    await pass(5000)
  }
  for (const delay of retryDelaysMs.slice(0, 3)) await pass(delay * 1.2)
  const opened = heard.filter(({ body }) => body.data.why.sentence.includes('error rate'))
  expect(opened.map(({ body }) => body.type)).toEqual(Array.from({ length: 3 }, () => 'alert.opened'))
  expect(new Set(opened.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(opened[0]?.body.data).toMatchObject({
    flag: 'chat',
    runbook,
    rollback: 'sluice rollout rollback chat --env production',
    why: { code: 'CRITICAL' },
  })
})

test('B38: the running server looks by itself', async () => {
  const { heard, url } = await receiver()
  const parts = [rolloutPart, notificationPart]
  const { send, clock } = await startTestServer({ parts }, { internalHosts: ['127.0.0.1'] })
  await send('POST', '/api/v1/channels', { body: { kind: 'webhook', name: 'ops', url, events: ['flag.changed'] } })
  await send('PUT', `${production}/flags/chat`, {
    body: { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' },
  })
  await clock.advance(2000)
  expect(heard.map(({ body }) => body.data.flag)).toEqual(['chat'])
})

test('after the last try it has failed; who is gone is left alone', async () => {
  const { url } = await receiver(() => ({ status: 500 }))
  const gone = await receiver(() => ({ status: 410 }))
  const { rollOut, channel, deliveries, pass, send } = await start()
  const failing = await channel({ kind: 'webhook', name: 'ops', url, events: ['rollout.rolled_back'] })
  await channel({ kind: 'webhook', name: 'old', url: gone.url, events: ['rollout.rolled_back'] })
  await rollOut()
  await pass(0)
  for (const delay of retryDelaysMs) await pass(delay * 1.2)
  expect(await deliveries(failing.id)).toMatchObject([{ state: 'failed', attempts: 8, nextAttemptAt: null }])
  await rollOut()
  await pass(0)
  const { body } = await send('GET', '/api/v1/channels')
  expect(body.items.map(({ name, state }: { name: string; state: string }) => [name, state])).toEqual([
    ['ops', 'enabled'],
    ['old', 'disabled'],
  ])
  expect(gone.heard).toHaveLength(1)
})

test('Slack has one message a rollout, kept up to date, with the changes below it', async () => {
  const { heard, url } = await receiver(() => ({ status: 200, body: { ok: true, ts: '171.001' } }))
  const { rollOut, channel, pass } = await start()
  await channel({ kind: 'slack', name: 'team', token: 'xoxb-1', channel: 'C1', url, events: ['rollout.*'] })
  await rollOut()
  await pass(0)
  expect(heard.map(({ path, body }) => [path, body.ts ?? body.thread_ts ?? null])).toEqual([
    ['/chat.postMessage', null],
    ['/chat.update', '171.001'],
    ['/chat.postMessage', '171.001'],
  ])
  const { body, headers } = heard[2] as Heard
  expect(headers.authorization).toBe('Bearer xoxb-1')
  expect(body.channel).toBe('C1')
  expect(body.text).toContain('*chat* (production) rolled back: 1 % → 0 %')
  expect(body.text).toContain('&lt;!channel&gt; p95')
})

test('Slack says no with 200: that is no delivery', async () => {
  const { url } = await receiver(() => ({ status: 200, body: { ok: false, error: 'not_in_channel' } }))
  const { rollOut, channel, deliveries, pass } = await start()
  const slack = { kind: 'slack', name: 'team', token: 'xoxb-1', channel: 'C1', url, events: ['rollout.started'] }
  const { id } = await channel(slack)
  await rollOut()
  await pass(0)
  expect(await deliveries(id)).toMatchObject([{ state: 'pending', error: 'Slack refused: not_in_channel.' }])
})

test('the own network is closed unless the operator opens it; a test message says so', async () => {
  const { heard, url } = await receiver()
  const { channel, send } = await start([])
  const { id } = await channel({ kind: 'webhook', name: 'inside', url })
  const { body } = await send('POST', `/api/v1/channels/${id}/test`)
  expect(body).toMatchObject({ delivered: false })
  expect(body.error).toMatch(/127\.0\.0\.1 lies inside a private network.*SLUICE_INTERNAL_HOSTS/)
  expect(heard).toEqual([])
})

test('a channel is tested, told again, listed without its secret, and removed', async () => {
  const { heard, url } = await receiver()
  const { rollOut, channel, deliveries, pass, send } = await start()
  const { id } = await channel({
    kind: 'webhook',
    name: 'ops',
    url,
    environment: 'production',
    events: ['rollout.rolled_back'],
  })
  expect((await send('POST', `/api/v1/channels/${id}/test`)).body).toEqual({ delivered: true, error: null })
  await rollOut()
  await pass(0)
  const [{ event } = { event: '' }] = await deliveries(id)
  await send('POST', `/api/v1/channels/${id}/deliveries/${event}/redeliver`)
  await pass(0)
  expect(heard.map(({ body }) => body.type)).toEqual(['channel.tested', 'rollout.rolled_back', 'rollout.rolled_back'])
  expect(JSON.stringify((await send('GET', '/api/v1/channels')).body)).not.toContain('whsec_')
  expect((await send('DELETE', `/api/v1/channels/${id}`)).status).toBe(204)
  expect((await send('GET', '/api/v1/channels')).body.items).toEqual([])
})

test.each([
  [{ kind: 'webhook', name: 'x', url: 'ftp://x' }, '/url'],
  [{ kind: 'webhook', name: 'x' }, '/url'],
  [{ kind: 'mail', name: 'x' }, '/kind'],
  [{ kind: 'slack', name: 'x', token: 'abc', channel: 'C1' }, '/token'],
  [{ kind: 'webhook', name: 'x', url: 'https://x.example', events: ['everything'] }, '/events/0'],
  [{ kind: 'webhook', name: 'x', url: 'https://x.example', environment: 'moon' }, '/environment'],
])('what is wrong is named: %j', async (body, pointer) => {
  const { send } = await start()
  const answer = await send('POST', '/api/v1/channels', { body })
  expect(answer.status).toBeOneOf([400, 422])
  expect(answer.body.errors[0].pointer).toBe(pointer)
  expect((await send('GET', '/api/v1/channels')).body.items).toEqual([])
})
