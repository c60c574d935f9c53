import type http from 'node:http'
import type { Reply, Request, Transport } from './transport.ts'

/** A way to send requests, loaded with the first of them. */
interface Opener {
  readonly request: typeof http.request
  readonly agent: http.Agent
}

const openers = new Map<string, Promise<Opener>>()

function openerOf(protocol: string): Promise<Opener> {
  const known = openers.get(protocol)
  if (known) return known
  // A client sends its first request while the application still waits for its first answer.
  const loading = Promise.resolve().then(() => (protocol === 'https:' ? import('node:https') : import('node:http')))
  const opener = loading.then(({ request, Agent }) => ({ request, agent: new Agent({ keepAlive: true }) }))
  openers.set(protocol, opener)
  return opener
}

/**
 * The default transport. Not `fetch`: its sockets cannot be unref'd, and an open stream would keep every script that
 * uses the SDK from ending.
 */
export const unrefTransport: Transport = async (request) => {
  const url = new URL(request.url)
  const opener = await openerOf(url.protocol)
  return new Promise((resolve, reject) => {
    const send = (): void => {
      const sent = open(opener, url, request)
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
}

function open({ request, agent }: Opener, url: URL, { method, headers, signal }: Request): http.ClientRequest {
  return request(url, { method, headers: { ...headers }, agent, signal })
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
