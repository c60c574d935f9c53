import { afterAll, beforeAll } from 'vitest'
import { type Console, openConsole } from './open-console.ts'
import { type RunningServer, newDatabase, startServer } from './running-server.ts'

/** Of the test file that called `startConsole`. */
export let server: RunningServer
export let shown: Console

/** A server in a process of its own and the console in a browser, for the tests of one file. */
export function startConsole(prepare: () => Promise<void> = async () => {}): void {
  beforeAll(async () => {
    server = await startServer(await newDatabase())
    shown = await openConsole(server.url)
    await prepare()
  })
  afterAll(async () => {
    await shown?.close()
    await server?.end()
  })
}
