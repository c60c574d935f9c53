import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { drainable } from './drain.ts'

export interface Listening {
  readonly port: number
  /** How this machine reaches it, such as `http://127.0.0.1:4400`. */
  readonly url: string
  /** Takes no more requests and lets those under way finish. */
  close(): Promise<void>
}

// Node's own limits are loose: a few thousand slow senders would hold every socket.
const limits = { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384, keepAliveTimeout: 10_000 }
const mostConnections = 12_000

export function listen(app: Hono, { host, port }: { host: string; port: number }): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const fetch = (request: Request) => app.fetch(request)
    const options = { fetch, hostname: host, port, createServer, serverOptions: limits }
    const server = serve(options, () => {
      const { port: taken } = server.address() as AddressInfo
      resolve({ port: taken, url: addressOf(host, taken), close })
    }) as Server
    const close = drainable(server)
    server.maxConnections = mostConnections
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const remedies: Record<string, string> = {
    EADDRINUSE: `Port ${port} on ${host} is taken by another program: set PORT to a free one, or stop that program.`,
    EACCES: `This user may not listen on port ${port}: set PORT to 1024 or above.`,
    EADDRNOTAVAIL: `This machine has no address ${host}: set HOST to one of its own, such as 127.0.0.1.`,
    ENOTFOUND: `No address is known for the host ${host}: set HOST to an address of this machine, such as 127.0.0.1.`,
  }
  const text = remedies[error.code ?? '']
  return text === undefined ? error : new Error(text, { cause: error })
}

function addressOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') && !reachable.startsWith('[') ? `[${reachable}]` : reachable}:${port}`
}
