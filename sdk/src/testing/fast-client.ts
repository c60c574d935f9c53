import { readOptions } from '../client-options.ts'
import type { ClientOptions } from '../client-options.ts'
import { startClient } from '../create-client.ts'
import type { Logger } from '../logger.ts'
import type { SluiceClient } from '../sluice-client.ts'
import { defaultTiming } from '../timing.ts'
import type { Timing } from '../timing.ts'

export const testKey = 'slc_srv_production_0123456789abcdef'

/** Waiting times that a test can sit through. */
const fastTiming: Timing = {
  ...defaultTiming,
  pollMs: 60,
  firstPollMs: 20,
  backoffBaseMs: 10,
  backoffCapMs: 40,
  deniedMs: 80,
  requestMs: 2000,
}

export interface LineLogger extends Logger {
  readonly lines: string[]
}

export function lineLogger(): LineLogger {
  const lines: string[] = []
  return { lines, warn: (line) => void lines.push(line), error: (line) => void lines.push(line) }
}

export function fastClient(url: string, options: ClientOptions = {}, timing: Partial<Timing> = {}): SluiceClient {
  const settings = readOptions(
    { url, key: testKey, logger: lineLogger(), initTimeoutMs: 3000, flushIntervalMs: 20, ...options },
    {},
  )
  return startClient(settings, { ...fastTiming, ...timing })
}

/** Waits until it holds; what never holds fails by the test's own time limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
