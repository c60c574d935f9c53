import http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Observation } from '../observation.ts'

type Flags = Record<string, Record<string, unknown>>
type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A Sluice server as far as an SDK sees one: snapshot, stream and observations of one environment, in memory. */
export class FakeServer {
  epoch = 'e1'
  revision = 1
  flags: Flags
  /** The catalogue; null: this server has none. */
  models: { revision: number; models: { version: number; model: object }[]; deleted: string[] } | null = null
  /** Answers in place of the usual ones, where set. */
  readonly answers: { snapshot?: Answer; stream?: Answer; observations?: Answer } = {}
  readonly requests: { path: string; headers: http.IncomingHttpHeaders; atMs: number }[] = []
  /** Ids of batches in the order they arrived, repeats included. */
  readonly batchIds: string[] = []
  /** Rows counted once a batch. */
  readonly rows: Observation[] = []
  readonly #seen = new Set<string>()
  readonly #streams = new Set<ServerResponse>()
  readonly #sockets = new Set<Socket>()
  #server = http.createServer()
  #port = 0

  constructor(flags: Flags = {}) {
    this.flags = flags
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get streams(): number {
    return this.#streams.size
  }

  /** Listens; after `stop` on the same port as before. */
  async start(): Promise<this> {
    this.#server = http.createServer((request, response) => void this.#serve(request, response))
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
    return this
  }

  /** Dies: every connection is cut. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.cut()
    await closed
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Changes flags (null: gone) and tells the streams. */
  patch(changes: Record<string, Record<string, unknown> | null>): void {
    const from = this.revision++
    for (const [key, flag] of Object.entries(changes)) {
      if (flag === null) delete this.flags[key]
      else this.flags[key] = flag
    }
    this.send('patch', { from, revision: this.revision, flags: changes })
  }

  ping(): void {
    this.send('ping', { revision: this.revision })
  }

  send(event: string, data: unknown): void {
    const json = typeof data === 'string' ? data : JSON.stringify(data)
    for (const stream of this.#streams)
      stream.write(`id: ${this.epoch}-${this.revision}\nevent: ${event}\ndata: ${json}\n\n`)
  }

  snapshot(): Record<string, unknown> {
    const { epoch, revision, flags } = this
    return { schema: 1, env: 'production', epoch, revision, flagCount: Object.keys(flags).length, flags: { ...flags } }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.url).pathname.replace('/api/v1/environments/production/', '')
    this.requests.push({ path, headers: request.headers, atMs: performance.now() })
    const body = await text(request)
    const answer = this.answers[path as keyof typeof this.answers]
    if (answer) answer(request, response, body)
    else if (path === 'snapshot') this.#answerSnapshot(request, response)
    else if (path === '/api/v1/models/snapshot' && this.models) this.#answerModels(request, response)
    else if (path === 'stream' && request.url?.includes('topics=models')) this.#answerModelStream(response)
    else if (path === 'stream') this.answerStream(request, response)
    else if (path === 'observations') this.answerObservations(response, body)
    else response.writeHead(404).end()
  }

  #answerSnapshot(request: IncomingMessage, response: ServerResponse): void {
    const etag = `"${this.epoch}-${this.revision}"`
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
    else response.writeHead(200, { etag, 'content-type': 'application/json' }).end(JSON.stringify(this.snapshot()))
  }

  /** Changes the catalogue and tells the streams. */
  publishModels(models: { version: number; model: object }[], deleted: string[] = []): void {
    this.models = { revision: (this.models?.revision ?? 0) + 1, models, deleted }
    for (const stream of this.#streams) stream.write(this.#modelsFrame())
  }

  #modelsFrame(): string {
    return `event: models\ndata: ${JSON.stringify({ epoch: 'cat1', revision: this.models?.revision })}\n\n`
  }

  #answerModels(request: IncomingMessage, response: ServerResponse): void {
    const etag = `"cat1-${this.models?.revision}"`
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end()
    const body = { schema: 1, epoch: 'cat1', modelCount: this.models?.models.length, ...this.models }
    response.writeHead(200, { etag, 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  #answerModelStream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(this.#modelsFrame())
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }

  answerStream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const id = `${this.epoch}-${this.revision}`
    const isPresent = request.headers['last-event-id'] === id
    const [event, data] = isPresent ? ['ping', { revision: this.revision }] : ['put', this.snapshot()]
    response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }

  answerObservations(response: ServerResponse, body: string): void {
    const isDuplicate = this.count(body)
    const receipt = { accepted: isDuplicate ? 0 : 1, rejected: [], ...(isDuplicate ? { duplicate: true } : {}) }
    response.writeHead(isDuplicate ? 200 : 202, { 'content-type': 'application/json' }).end(JSON.stringify(receipt))
  }

  /** Takes a batch in, once; true when it was there already. */
  count(body: string): boolean {
    const { id, observations } = JSON.parse(body) as { id: string; observations: Observation[] }
    this.batchIds.push(id)
    if (this.#seen.has(id)) return true
    this.#seen.add(id)
    this.rows.push(...observations)
    return false
  }
}

/** A boolean flag under a rollout at this share. */
export function rolloutFlag(sharePer100k: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    enabled: true,
    variants: { on: true, off: false },
    off: 'off',
    rules: [{ id: 'rollout', sample: { share: sharePer100k, salt: 's1' }, serve: 'on' }],
    serve: 'off',
    rollout: { id: 'r1', rule: 'rollout', attempt: 3, visit: 7, timeoutMs: 60_000 },
    ...more,
  }
}

/** A boolean flag without a rollout. */
export function plainFlag(serve: 'on' | 'off'): Record<string, unknown> {
  return { enabled: true, variants: { on: true, off: false }, off: 'off', serve }
}
