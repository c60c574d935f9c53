import type { Transport } from './transport.ts'

/** The transport for `fetch`: the host's own, a browser's, an edge runtime's. */
export function fetchTransport(fetchLike: typeof fetch): Transport {
  return async ({ url, ...init }) => {
    const response = await fetchLike(url, { ...init, redirect: 'manual' })
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      text: () => response.text(),
      chunks: (response.body ?? []) as AsyncIterable<Uint8Array>,
    }
  }
}
