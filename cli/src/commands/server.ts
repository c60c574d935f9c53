import { parseArgs } from 'node:util'
import type { Command } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

const options = {} as const

const usage = `sluice server

Starts the server. Settings come from the environment:

  PORT                  4400
  HOST                  127.0.0.1; beyond loopback SLUICE_PUBLIC_URL (https) or SLUICE_ALLOW_HTTP=on is needed
  SLUICE_DATABASE_URL   sqlite:.sluice/sluice.db, or postgres://…
  SLUICE_ADMIN_KEY      a first admin key for automation, at least 32 characters
  SLUICE_RETENTION      30d: how long observations are kept
  SLUICE_LOG_LEVEL      info`

/** Ends when the process is told to. */
export function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

/** `sluice server`: the server without the demo. */
export const serverCommand: Command = {
  name: 'server',
  summary: 'start the server',
  usage,
  options,
  async run(args, output) {
    parseArgs({ args: [...args], options })
    const { readConfig, serverParts, startServer } = await import('@sluice/server')
    const server = await startServer(readConfig(process.env), { parts: serverParts })
    output.out(`Sluice is ready at ${server.url}`)
    output.out(`Sign in (once, within an hour): ${server.adminLink}`)
    output.out(`Documentation: ${server.url}/docs/`)
    await untilTold()
    output.err('Stopping …')
    await server.close()
    return exitCodes.ok
  },
}
