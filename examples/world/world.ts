// What an application finds around it, without a network: Sluice on a database in memory, and days that pass in seconds.
import { randomBytes } from 'node:crypto'
import type { DecisionEvent, LogEvent, Rollout } from '@sluice/contract'
import { createClient } from '@sluice/sdk'
import type { SluiceClient } from '@sluice/sdk'
import type { ModelRepository } from '@sluice/sdk/models'
import { storyOf } from './story-of.ts'
import { manualClock, readConfig, rolloutPart, seededRandom, startServer } from '@sluice/server'

export const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

/** Tells what happens, for people to watch. */
export type Tell = (line: string) => void

export interface World {
  readonly url: string
  now(): number
  /** A request of the admin API; throws what the server refuses, in its words. */
  request<T>(method: string, path: string, body?: unknown): Promise<T>
  /** The same inside the environment `production`. */
  inside<T>(method: string, path: string, body?: unknown): Promise<T>
  rollout(flag: string): Promise<Rollout>
  decisions(flag: string): Promise<readonly DecisionEvent[]>
  /** The deployment log of a rollout, as Markdown. */
  log(flag: string): Promise<string>
  act(flag: string, action: string, reason: string): Promise<Rollout>
  /** A client as an application makes it. */
  connect(options?: { readonly environment?: string; readonly models?: ModelRepository }): Promise<SluiceClient>
  /** The server is gone, as after a crash. */
  crash(): Promise<void>
  /** Lets time pass in steps, with the traffic of each; ends early once `until` holds. */
  pass(ms: number, traffic?: (nowMs: number) => void, until?: () => Promise<boolean>): Promise<void>
  close(): Promise<void>
}

/** A world in which time goes on by `stepMs` at a time. */
export async function openWorld(tell: Tell, stepMs = 30 * minute): Promise<World> {
  const adminKey = randomBytes(32).toString('hex')
  const clock = manualClock(Date.UTC(2026, 0, 5, 8))
  const variables = {
    PORT: '0',
    SLUICE_DATABASE_URL: 'sqlite::memory:',
    SLUICE_ADMIN_KEY: adminKey,
    SLUICE_LOG_LEVEL: 'error',
  }
  const server = await startServer(readConfig(variables), { clock, random: seededRandom(1), parts: [rolloutPart] })
  const clients: { readonly client: SluiceClient; readonly environment: string }[] = []
  const startMs = clock.now()

  const text = async (method: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${answer}`)
    return answer
  }
  const request = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await text(method, path, body)
    return (answer === '' ? undefined : JSON.parse(answer)) as T
  }
  const inside = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    request(method, `/api/v1/environments/production${path}`, body)

  /** Flags travel to the clients in real time; here they have all arrived before time goes on. */
  const settle = async (): Promise<void> => {
    for (const { client, environment } of clients) {
      await client.flush()
      const path = `/api/v1/environments/${environment}/snapshot`
      const { revision } = await request<{ revision: number }>('GET', path)
      for (let tries = 0; tries < 30_000 && (client.status().revision ?? -1) < revision; tries++)
        await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  const lastTold = { staging: 0, production: 0 }
  const tellEvents = async (): Promise<void> => {
    for (const environment of ['staging', 'production'] as const) {
      const path = `/api/v1/environments/${environment}/events?after=${lastTold[environment]}&limit=1000`
      const { items } = await request<{ items: LogEvent[] }>('GET', path)
      lastTold[environment] = items.at(-1)?.seq ?? lastTold[environment]
      for (const line of storyOf(items, environment, startMs)) tell(line)
    }
  }

  return {
    url: server.url,
    now: () => clock.now(),
    request,
    inside,
    rollout: (flag) => inside('GET', `/rollouts/${flag}`),
    decisions: async (flag) => (await inside<{ items: DecisionEvent[] }>('GET', `/rollouts/${flag}/decisions`)).items,
    log: (flag) => text('GET', `/api/v1/environments/production/rollouts/${flag}/log?format=md`),
    async act(flag, action, reason) {
      const answer = await inside<{ rollout: Rollout }>('POST', `/rollouts/${flag}/actions`, { action, reason })
      await settle()
      await tellEvents()
      return answer.rollout
    },
    async connect({ environment = 'production', models } = {}) {
      const key = { kind: 'server', environment, name: 'application' }
      const { secret } = await request<{ secret: string }>('POST', '/api/v1/keys', key)
      const client = createClient({
        url: server.url,
        key: secret,
        environment,
        now: () => clock.now(),
        flushIntervalMs: 60_000,
        ...(models ? { models } : {}),
      })
      await client.ready()
      await models?.ready()
      clients.push({ client, environment })
      return client
    },
    async pass(ms, traffic = () => {}, until = async () => false) {
      const endMs = clock.now() + ms
      while (clock.now() < endMs) {
        traffic(clock.now())
        await settle()
        await clock.advance(Math.min(stepMs, endMs - clock.now()))
        await settle()
        await tellEvents()
        if (await until()) return
      }
    },
    crash: () => server.close(),
    async close() {
      for (const { client } of clients) await client.close()
      await server.close()
    },
  }
}
