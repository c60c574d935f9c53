import http from 'node:http'
import https from 'node:https'

/** One request of the SDK. */
export interface Request {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** The part of a response that the SDK reads. `chunks` or `text()`, not both. */
export interface Reply {
  readonly status: number
  header(name: string): string | null
  text(): Promise<string>
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Sends one request. Resolves with the reply whatever its status; rejects when there is none. */
export type Transport = (request: Request) => Promise<Reply>

/** The transport for a `fetch` that the host handed in (a proxy, a test). */
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

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
}

/**
 * The default transport. Not `fetch`: its sockets cannot be unref'd, and an open stream would keep every script that
 * uses the SDK from ending.
 */
export const unrefTransport: Transport = (request) =>
  new Promise((resolve, reject) => {
    const send = (): void => {
      const sent = open(request)
      sent.on('socket', (socket) => socket.unref())
      sent.on('response', (response) => resolve(replyOf(response)))
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed an idle connection just as it was taken up again; on a new one this cannot happen.
        if (sent.reusedSocket && error.code === 'ECONNRESET' && !request.signal.aborted) send()
        else reject(error)
      })
      sent.end(request.body)
    }
    send()
  })

function open({ method, url, headers, signal }: Request): http.ClientRequest {
  const target = new URL(url)
  const isSecure = target.protocol === 'https:'
  const agent = isSecure ? agents['https:'] : agents['http:']
  return (isSecure ? https : http).request(target, { method, headers: { ...headers }, agent, signal })
}

function replyOf(response: http.IncomingMessage): Reply {
  return {
    status: response.statusCode ?? 0,
    header: (name) => {
      const value = response.headers[name.toLowerCase()]
      return Array.isArray(value) ? (value[0] ?? null) : (value ?? null)
    },
    text: () => textOf(response),
    chunks: response,
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}
