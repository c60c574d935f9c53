import { createSignInLink } from './access/session-store.ts'
import { type Overrides, type Shell, composeApp, composeShell } from './compose.ts'
import type { Config } from './config.ts'
import { type Listening, listen } from './http/listen.ts'
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

export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const shell = await composeShell(config, options)
  let readiness: Readiness = 'starting'
  shell.readiness = () => readiness
  const parts: ServerPart[] = []
  let listening: Listening | undefined
  let closing: Promise<void> | undefined

  const stop = async (): Promise<void> => {
    readiness = 'stopping'
    const drained = listening?.close()
    shell.hub.close()
    await drained
    await release(shell, parts)
    shell.logger.info('Sluice has stopped.')
  }

  try {
    for (const create of options.parts ?? []) parts.push(create(shell))
    const routes = parts.flatMap((part) => part.routes ?? [])
    listening = await listen(composeApp(shell, routes), config)
    for (const part of parts) await part.start?.()
    const { url, port } = listening
    const createAdminLink = async () =>
      `${shell.publicUrl ?? url}/sign-in#token=${await createSignInLink(shell.database, shell)}`
    const adminLink = await createAdminLink()
    readiness = 'ready'
    shell.logger.info('Sluice is ready.', { url, database: shell.database.engine })
    return { url, port, adminLink, shell, createAdminLink, close: () => (closing ??= stop()) }
  } catch (error) {
    await stop()
    throw error
  }
}

async function release({ database }: Shell, parts: readonly ServerPart[]): Promise<void> {
  try {
    for (const part of parts.toReversed()) await part.stop?.()
  } finally {
    await database.close()
  }
}
