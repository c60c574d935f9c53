import http from 'node:http'
import https from 'node:https'

import type { Reply, Request, Transport } from './transport.ts'

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
