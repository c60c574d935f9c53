// For pages: flags that the server has evaluated, over OFREP. No Node, no evaluator.
import type { BrowserClient, BrowserOptions } from './browser/browser-client.ts'
import { pageTiming } from './browser/page-timing.ts'
import { startBrowserClient } from './browser/start-browser-client.ts'

export { SluiceError } from './sluice-error.ts'
export type { BrowserClient, BrowserOptions, FlagReader } from './browser/browser-client.ts'
export type { PageStorage } from './browser/page-cache.ts'
export type { ResolvedFlag, ResolvedSet } from './browser/resolved-flags.ts'

/**
 * A client for a page. Returns at once; `bootstrap`, or what the last visit has left, answers until the server does. Without a
 * document (a page that is being rendered on a server) it reads its `bootstrap` and asks nobody.
 *
 * Throws SluiceError `INVALID_OPTION` for wrong options, and nothing afterwards.
 */
export function createClient(options: BrowserOptions): BrowserClient {
  return startBrowserClient(options, pageTiming)
}
