import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Open requests get this long to finish once the server stops. */
const graceMs = 5000

/**
 * Gives the function that closes this server: requests under way finish, everything else ends at once. Node itself
 * would wait for connections that never sent a request, such as browsers open in advance.
 */
export function drainable(server: Server): () => Promise<void> {
  const requests = new Map<Socket, number>()
  let isClosing = false

  const endIfIdle = (socket: Socket): void => {
    if (isClosing && requests.get(socket) === 0) socket.destroySoon()
  }
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0)
    socket.once('close', () => requests.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    requests.set(socket, (requests.get(socket) ?? 0) + 1)
    response.once('close', () => {
      requests.set(socket, (requests.get(socket) ?? 1) - 1)
      endIfIdle(socket)
    })
  })

  return async () => {
    isClosing = true
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of requests.keys()) endIfIdle(socket)
    const timer = setTimeout(() => server.closeAllConnections(), graceMs)
    await closed
    clearTimeout(timer)
  }
}
