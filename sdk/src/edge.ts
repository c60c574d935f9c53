// For edge runtimes: everything of the Node client that needs neither Node nor a process, on fetch and web streams.
import { readOptions } from './client-options.ts'
import type { ClientOptions } from './client-options.ts'
import { connectClient } from './connect-client.ts'
import type { Platform } from './connect-client.ts'
import { fetchTransport } from './fetch-transport.ts'
import type { SluiceClient } from './sluice-client.ts'
import { SluiceError } from './sluice-error.ts'
import { defaultTiming } from './timing.ts'

export type * from './public-types.ts'
export { SluiceError } from './sluice-error.ts'

/** As on Node, but for what needs a file system or Node's hashes. */
export type EdgeOptions = Omit<ClientOptions, 'cacheFile' | 'hashUnits'>

/**
 * A client for an edge runtime. Does nothing until it is used, so that it may stand at the top of a module. Begin each request
 * with `await sluice.ready()`: it asks the server when nothing was heard for 30 seconds, as a stream does not outlive its request
 * everywhere. End it with `waitUntil(sluice.flush())`.
 *
 * Throws SluiceError `INVALID_OPTION` for wrong options, and nothing afterwards.
 */
export function createClient(options: EdgeOptions = {}): SluiceClient {
  for (const name of ['cacheFile', 'hashUnits'])
    if (Object.hasOwn(options ?? {}, name))
      throw new SluiceError('INVALID_OPTION', `createClient: \`${name}\`: it needs Node; leave it out here.`)
  const variables = typeof process === 'object' ? (process.env ?? {}) : {}
  const settings = readOptions({ initTimeoutMs: 1000, ...options }, variables)
  const platform: Platform = {
    name: 'edge',
    transport: fetchTransport(settings.fetch ?? ((...args) => fetch(...args))),
    variables,
    hash: null,
    cache: null,
    modelsCache: null,
    starts: 'first-use',
    over: (resolver) => resolver,
    atExit: () => () => {},
  }
  return connectClient(settings, () => platform, defaultTiming)
}
