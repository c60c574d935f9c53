import type { AddressInfo } from 'node:net'
import { type Server, createServer } from 'node:http'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { createSignInLink } from './access/session-store.ts'
import { type Overrides, type Shell, composeApp, composeShell } from './compose.ts'
import type { Config } from './config.ts'
import type { Route } from './http/route.ts'
import type { Readiness } from './http/routes/health.ts'

/** A part of the server with routes and a life of its own, such as the rollouts. */
export interface ServerPart {
  readonly routes?: readonly Route[]
  /** Called once the server listens. */
  start?(): Promise<void> | void
  /** Called before the database closes. */
  stop?(): Promise<void> | void
}

export interface StartOptions extends Overrides {
  readonly parts?: readonly ((shell: Shell) => ServerPart)[]
}

export interface RunningServer {
  /** Where to reach it on this machine, such as `http://127.0.0.1:4400`. */
  readonly url: string
  readonly port: number
  /** Signs in one person, once, within an hour. */
  readonly adminLink: string
  readonly shell: Shell
  createAdminLink(): Promise<string>
  /** Stops accepting, ends the streams, lets requests finish, closes the database. */
  close(): Promise<void>
}

/** Open requests get this long to finish once the server stops. */
const graceMs = 5000

export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const shell = await composeShell(config, options)
  let readiness: Readiness = 'starting'
  shell.readiness = () => readiness
  let server: Server | undefined
  let parts: ServerPart[] = []
  try {
    parts = (options.parts ?? []).map((create) => create(shell))
    server = await listen(composeApp(shell, parts.flatMap(({ routes = [] }) => routes)), config)
    for (const part of parts) await part.start?.()
  } catch (error) {
    server?.close()
    await release(shell, parts)
    throw error
  }
  const url = addressOf(server, config)
  const createAdminLink = async () => `${shell.publicUrl ?? url}/sign-in#token=${await createSignInLink(shell.database, shell)}`
  const adminLink = await createAdminLink()
  readiness = 'ready'
  shell.logger.info('Sluice is ready.', { url, database: shell.database.engine })

  let closing: Promise<void> | undefined
  const stop = async (running: Server): Promise<void> => {
    readiness = 'stopping'
    const closed = closeServer(running)
    shell.hub.close()
    await closed
    await release(shell, parts)
    shell.logger.info('Sluice has stopped.')
  }
  const running = server
  return {
    url,
    port: (running.address() as AddressInfo).port,
    adminLink,
    shell,
    createAdminLink,
    close: () => (closing ??= stop(running)),
  }
}

function listen(app: Hono, { host, port }: Config): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: (request, env) => app.fetch(request, env),
        hostname: host,
        port,
        createServer,
        // Node's own limits are loose: a few thousand slow senders would hold every socket.
        serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384, keepAliveTimeout: 10_000 },
      },
      () => resolve(server),
    ) as Server
    server.maxConnections = 12_000
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new Error(`Port ${port} on ${host} is taken by another program: set PORT to a free one, or stop that program.`, {
      cause: error,
    })
  if (error.code === 'EACCES')
    return new Error(`This user may not listen on port ${port}: set PORT to 1024 or above.`, { cause: error })
  return error
}

function addressOf(server: Server, { host }: Config): string {
  const { port } = server.address() as AddressInfo
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') && !reachable.startsWith('[') ? `[${reachable}]` : reachable}:${port}`
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(timer)
}

async function release({ hub, database }: Shell, parts: readonly ServerPart[]): Promise<void> {
  hub.close()
  try {
    for (const part of parts.toReversed()) await part.stop?.()
  } finally {
    await database.close()
  }
}
