import http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** What a request for a model asks for, as far as the answer depends on it. */
export interface ModelRequest {
  readonly path: string
  readonly model: string
  readonly stream: boolean
  readonly body: Record<string, unknown>
  readonly headers: http.IncomingHttpHeaders
}

type Frame = readonly [event: string | null, data: object | string]

const words = ['Hello', ', ', 'world']
const tokens = { input: 12, output: 3 }

/**
 * A provider that speaks the protocols of OpenAI (chat completions and responses) and Anthropic (messages), streaming and
 * whole. How a model behaves stands in its name: `…-500` and `…-400` are refused, `…-slow` never answers, `…-mute` fails
 * in its stream before the first word, `…-cut` after it, `…-flaky` fails two of five calls; every other name answers "Hello, world".
 */
export class ModelServer {
  readonly requests: ModelRequest[] = []
  readonly #sockets = new Set<Socket>()
  readonly #server = http.createServer((request, response) => void this.#serve(request, response))
  /** Refuses bodies that ask for `stream_options`, as old servers do. */
  isOld = false
  /** Refuses everything. */
  isDown = false

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  /** Models in the order they were asked. */
  get asked(): string[] {
    return this.requests.map(({ model }) => model)
  }

  async start(): Promise<this> {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse((await text(request)) || '{}') as Record<string, unknown>
    const { model = '', stream = false } = body as { model?: string; stream?: boolean }
    const path = (request.url ?? '').replace('/v1', '')
    this.requests.push({ path, model, stream, body, headers: request.headers })
    const isFlaky = model.endsWith('-flaky') && this.requests.length % 5 < 2
    const status = this.isDown ? '429' : isFlaky ? '500' : /-(400|429|500)$/.exec(model)?.[1]
    if (model.endsWith('-slow')) return
    if (status !== undefined) return refuse(response, Number(status), `${model} is not in the mood`)
    if (this.isOld && 'stream_options' in body) return refuse(response, 400, 'unknown field stream_options')
    const usage = (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true
    const frames = framesOf(path, model, usage)
    if (frames === null) return refuse(response, 404, `there is nothing at ${path}`)
    if (stream) return this.#stream(response, model, frames)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(wholeAnswer(path, model)))
  }

  #stream(response: ServerResponse, model: string, frames: readonly Frame[]): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const begin = frames.findIndex(([, data]) => JSON.stringify(data).includes(words[0] as string))
    const until = model.endsWith('-mute') ? begin : model.endsWith('-cut') ? begin + 1 : frames.length
    for (const [event, data] of frames.slice(0, until))
      response.write(
        `${event === null ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
      )
    if (until === frames.length) response.end()
    // Let the words arrive before the line goes dead.
    else setTimeout(() => response.destroy(), 20)
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const error = { type: 'api_error', code: null, param: null, message }
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ type: 'error', error }))
}

function wholeAnswer(path: string, model: string): object {
  const said = words.join('')
  if (path === '/chat/completions')
    return {
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model,
      choices: [{ index: 0, message: { role: 'assistant', content: said, refusal: null }, finish_reason: 'stop' }],
      usage: chatUsage,
    }
  if (path === '/messages')
    return {
      id: 'm1',
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text: said }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 10, cache_read_input_tokens: 2, output_tokens: tokens.output },
    }
  return responseObject(model, 'completed', said)
}

const chatUsage = {
  prompt_tokens: tokens.input,
  completion_tokens: tokens.output,
  total_tokens: tokens.input + tokens.output,
}

const responseObject = (model: string, status: string, said: string | null) => ({
  id: 'r1',
  object: 'response',
  created_at: 1,
  status,
  error: null,
  incomplete_details: null,
  model,
  output: said === null ? [] : [{ ...message, content: [{ type: 'output_text', text: said, annotations: [] }] }],
  usage:
    said === null
      ? null
      : {
          input_tokens: tokens.input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: tokens.output,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: tokens.input + tokens.output,
        },
})

const message = { id: 'msg1', type: 'message', role: 'assistant', status: 'completed', content: [] }

function framesOf(path: string, model: string, usage: boolean): Frame[] | null {
  if (path === '/chat/completions') return chatFrames(model, usage)
  if (path === '/responses') return responseFrames(model)
  return path === '/messages' ? messageFrames(model) : null
}

function chatFrames(model: string, usage: boolean): Frame[] {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model,
    choices: [{ index: 0, delta, finish_reason }],
  })
  return [
    [null, chunk({ role: 'assistant', content: '' })],
    ...words.map((content): Frame => [null, chunk({ content })]),
    [null, chunk({}, 'stop')],
    ...(usage ? ([[null, { ...chunk({}), choices: [], usage: chatUsage }]] as Frame[]) : []),
    [null, '[DONE]'],
  ]
}

function responseFrames(model: string): Frame[] {
  const said = words.join('')
  const at = { output_index: 0, item_id: message.id, content_index: 0 }
  const part = { type: 'output_text', text: '', annotations: [] }
  const events: [string, object][] = [
    ['response.created', { response: responseObject(model, 'in_progress', null) }],
    ['response.output_item.added', { output_index: 0, item: { ...message, status: 'in_progress' } }],
    ['response.content_part.added', { ...at, part }],
    ...words.map((delta): [string, object] => ['response.output_text.delta', { ...at, delta, logprobs: [] }]),
    ['response.output_text.done', { ...at, text: said, logprobs: [] }],
    ['response.output_item.done', { output_index: 0, item: { ...message, content: [{ ...part, text: said }] } }],
    ['response.completed', { response: responseObject(model, 'completed', said) }],
  ]
  return events.map(([type, data], sequence_number) => [type, { type, sequence_number, ...data }])
}

function messageFrames(model: string): Frame[] {
  const start = {
    id: 'm1',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, cache_read_input_tokens: 2, output_tokens: 1 },
  }
  const events: [string, object][] = [
    ['message_start', { message: start }],
    ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
    ...words.map((word): [string, object] => [
      'content_block_delta',
      { index: 0, delta: { type: 'text_delta', text: word } },
    ]),
    ['content_block_stop', { index: 0 }],
    [
      'message_delta',
      { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: tokens.output } },
    ],
    ['message_stop', {}],
  ]
  return events.map(([type, data]) => [type, { type, ...data }])
}
