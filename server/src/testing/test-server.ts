import type { KeyKind } from '@sluice/contract'
import { onTestFinished } from 'vitest'
import { createKey } from '../access/key-store.ts'
import { type Config, readConfig } from '../config.ts'
import { engineActor } from '../events/event.ts'
import { silentLogger } from '../ports/logger.ts'
import { type ManualClock, manualClock } from '../ports/manual-clock.ts'
import { seededRandom } from '../ports/seeded-random.ts'
import { type RunningServer, type StartOptions, startServer } from '../start-server.ts'

export const adminKey = 'test-admin-key-0123456789-0123456789'

export interface Sent {
  readonly key?: string | null
  readonly body?: unknown
  /** Sent as it is, for what no JSON writer would make. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Record<string, string>
}

export interface Received {
  readonly status: number
  readonly headers: Headers
  // Tests look into it as they like.
  readonly body: any
}

export interface TestServer {
  readonly server: RunningServer
  readonly clock: ManualClock
  send(method: string, path: string, sent?: Sent): Promise<Received>
  makeKey(kind: KeyKind, environment?: string): Promise<string>
}

/** A seed for each server of a file: the same on every run, and another one where two servers share a database. */
let seed = 0

/**
 * The real server over real HTTP, on a database in memory, with a clock that stands still and salts that are the same on
 * every run: whom a sample draws is no matter of luck. It stops with the test.
 */
export async function startTestServer(options: StartOptions = {}, config: Partial<Config> = {}): Promise<TestServer> {
  const clock = manualClock()
  const random = seededRandom(seed++)
  const read = readConfig({ PORT: '0', SLUICE_DATABASE_URL: 'sqlite::memory:', SLUICE_ADMIN_KEY: adminKey })
  const server = await startServer({ ...read, ...config }, { clock, random, logger: silentLogger, ...options })
  onTestFinished(() => server.close())
  return {
    server,
    clock,
    send: (method, path, sent = {}) => send(`${server.url}${path}`, method, sent),
    async makeKey(kind, environment) {
      const input = { kind, environment: environment ?? null, name: kind }
      const { key, secret } = await createKey(server.shell.database, input, engineActor, server.shell)
      server.shell.keyRing.add(key)
      return secret
    },
  }
}

async function send(url: string, method: string, { key = adminKey, body, raw, headers = {} }: Sent): Promise<Received> {
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await fetch(url, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** A flag that is on for a tenth. */
export const tenth = {
  enabled: true,
  variants: { on: true, off: false },
  off: 'off',
  rules: [{ id: 'rollout', sample: { share: 10_000, salt: 's1' }, serve: 'on' }],
  serve: 'off',
} as const
