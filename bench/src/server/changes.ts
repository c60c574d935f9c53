import { createClient } from '@sluice/sdk'
import type { SluiceClient } from '@sluice/sdk'
import { monotonicMs } from './monotonic.ts'

/** The instants of one change, on the clock that all processes share. */
export interface Change {
  readonly sentMs: number
  readonly acceptedMs: number
}

/** A server on which one flag is switched on and off. */
export class FlagSwitch {
  readonly environment = 'production'
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  #enabled = false

  constructor(url: string, adminKey: string) {
    this.#url = `${url}/api/v1/environments/${this.environment}`
    this.#headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
  }

  get stream(): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
    return { url: `${this.#url}/stream?topics=flags`, headers: this.#headers }
  }

  get enabled(): boolean {
    return this.#enabled
  }

  /** Resolves when the change is on disk and answered. */
  async flip(): Promise<Change> {
    this.#enabled = !this.#enabled
    const flag = { enabled: this.#enabled, variants: { on: true, off: false }, off: 'off', serve: 'on' }
    const sentMs = monotonicMs()
    const response = await fetch(`${this.#url}/flags/bench`, {
      method: 'PUT',
      headers: this.#headers,
      body: JSON.stringify(flag),
    })
    const acceptedMs = monotonicMs()
    if (!response.ok) throw new Error(`The server answered ${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
    return { sentMs, acceptedMs }
  }
}

/** Connects the real SDK, and resolves when its stream is open. */
export async function connectSdk(url: string, adminKey: string, environment: string): Promise<SluiceClient> {
  const client = createClient({ url, key: adminKey, environment })
  const { source } = await client.ready()
  if (source !== 'server') throw new Error(`The SDK has its flags from ${source}, not from the server.`)
  return client
}

/** When the SDK first evaluates the flag as it is now. */
export const evaluatedAt = (client: SluiceClient, enabled: boolean): Promise<number> =>
  new Promise((resolve) => {
    const stop = client.on('change', () => {
      if (client.isEnabled('bench') !== enabled) return
      stop()
      resolve(monotonicMs())
    })
  })
