// How long a change takes from its acceptance to the SDK, and to the last of a thousand open streams, on loopback.
import { fork } from 'node:child_process'
import { Agent, get } from 'node:http'
import { createClient } from '@sluice/sdk'

const adminKey = 'bench-admin-key-0123456789-0123456789'
const changes = 200
const streams = 1000
const crowdChanges = 21

const quantile = (values: readonly number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(p * values.length) - 1] as number

/** Accepts a change, and answers when that was. */
async function change(url: string, share: number): Promise<number> {
  const flag = {
    enabled: true,
    variants: { on: true, off: false },
    off: 'off',
    serve: 'off',
    rules: [{ id: 'rollout', sample: { share, salt: 's' }, serve: 'on' }],
  }
  const answer = await fetch(`${url}/api/v1/environments/demo/flags/f`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(flag),
  })
  const at = performance.now()
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`)
  await answer.arrayBuffer()
  return at
}

async function toSdk(url: string): Promise<{ p50: number; p99: number }> {
  const made = await fetch(`${url}/api/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'server', environment: 'demo', name: 'bench' }),
  })
  const { secret } = (await made.json()) as { secret: string }
  const client = createClient({ url, key: secret, environment: 'demo' })
  await change(url, 0)
  await client.ready()
  const delays: number[] = []
  for (let i = 1; i <= changes + 20; i++) {
    const arrived = new Promise<number>((done) => {
      const off = client.on('change', () => {
        off()
        done(performance.now())
      })
    })
    const accepted = await change(url, i)
    // A stream may be faster than the answer to the one who changed it.
    if (i > 20) delays.push(Math.max(0, (await arrived) - accepted))
    else await arrived
  }
  await client.close()
  return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) }
}

async function toCrowd(url: string): Promise<{ lastOfCrowd: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  const headers = { authorization: `Bearer ${adminKey}`, accept: 'text/event-stream' }
  let patches = 0
  let lastAt = 0
  let complete = (): void => {}
  await Promise.all(
    Array.from(
      { length: streams },
      () =>
        new Promise<void>((done, fail) => {
          get(`${url}/api/v1/environments/demo/stream?topics=flags`, { agent, headers }, (answer) => {
            answer.setEncoding('utf8')
            answer.once('data', () => done())
            answer.on('data', (text: string) => {
              if (!text.includes('event: patch')) return
              patches += 1
              lastAt = performance.now()
              if (patches === streams) complete()
            })
          }).once('error', fail)
        }),
    ),
  )
  const delays: number[] = []
  for (let i = 0; i < crowdChanges; i++) {
    patches = 0
    const all = new Promise<void>((done) => {
      complete = done
    })
    const accepted = await change(url, 1000 + i)
    await all
    delays.push(Math.max(0, lastAt - accepted))
  }
  agent.destroy()
  return { lastOfCrowd: quantile(delays, 0.5) }
}

if (process.argv[2] === 'server') {
  const { readConfig, serverParts, startServer } = await import('@sluice/server')
  const variables = {
    PORT: '0',
    SLUICE_DATABASE_URL: 'sqlite::memory:',
    SLUICE_ADMIN_KEY: adminKey,
    SLUICE_LOG_LEVEL: 'error',
  }
  const { url } = await startServer(readConfig(variables), { parts: serverParts })
  process.send?.(url)
  process.once('disconnect', () => process.exit(0))
} else {
  const server = fork(import.meta.filename, ['server'], { execArgv: process.execArgv })
  const url = await new Promise<string>((done) => server.once('message', (message) => done(String(message))))
  console.log(JSON.stringify({ found: { ...(await toSdk(url)), ...(await toCrowd(url)) } }))
  server.kill()
  process.exit(0)
}
