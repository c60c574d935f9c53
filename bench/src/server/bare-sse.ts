// The least that a server of event streams does: what the machine itself allows.
import http from 'node:http'
import type { AddressInfo } from 'node:net'

const readers = new Set<http.ServerResponse>()
let revision = 0

const server = http.createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(':\n\n')
    readers.add(response)
    return
  }
  request.resume().on('end', () => {
    revision += 1
    const frame = Buffer.from(`id: bare-${revision}\nevent: patch\ndata: {"revision":${revision}}\n\n`)
    for (const reader of readers) reader.write(frame)
    response.end('{}')
  })
})

server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
