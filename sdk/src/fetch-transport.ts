import type { Transport } from './transport.ts'

/** The transport for `fetch`: the host's own, a browser's, an edge runtime's. */
export function fetchTransport(fetchLike: typeof fetch): Transport {
  return async ({ url, ...init }) => {
    const response = await fetchLike(url, { ...init, redirect: 'manual', ...outliving(init.body) })
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      text: () => response.text(),
      chunks: (response.body ?? []) as AsyncIterable<Uint8Array>,
    }
  }
}

/** Small posts outlive the page they came from; larger ones a browser would refuse to keep. */
const outliving = (body = ''): RequestInit =>
  typeof document === 'undefined' ? {} : { keepalive: body.length < 60_000 }
