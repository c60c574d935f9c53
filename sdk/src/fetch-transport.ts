import type { Transport } from './transport.ts'

/** More than this a browser does not send for a page that is gone. */
const mostKeptAliveChars = 60_000

/** The transport for `fetch`: the host's own, a browser's, an edge runtime's. Small posts outlive the page they came from. */
export function fetchTransport(fetchLike: typeof fetch): Transport {
  return async ({ url, ...init }) => {
    const keepalive = (init.body?.length ?? mostKeptAliveChars) < mostKeptAliveChars
    const response = await fetchLike(url, { ...init, redirect: 'manual', ...(keepalive ? { keepalive } : {}) })
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      text: () => response.text(),
      chunks: (response.body ?? []) as AsyncIterable<Uint8Array>,
    }
  }
}
