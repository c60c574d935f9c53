import { readEventStream } from '../event-stream.ts'
import type { ServerEvent } from '../event-stream.ts'
import type { OpenCall } from '../open-call.ts'
import { firstAnswer } from './first-answer.ts'
import { heedSignal } from './heed-signal.ts'
import { openMeasuredStream } from './measured-stream.ts'
import { modelChoices } from './model-choices.ts'
import type { ModelChoice } from './model-choices.ts'
import { isObject } from './model-protocol.ts'
import type { JsonObject, ModelProtocol } from './model-protocol.ts'

/** The clients of OpenAI and Anthropic, as far as we use them. */
export interface HttpClient {
  readonly baseURL: string
  /** Milliseconds, where a call says nothing else. */
  readonly timeout: number
  withOptions(options: { fetch: typeof fetch }): this
  post(path: string, options: object): { asResponse(): Promise<Response> }
}

/** How the calls of one client are routed. */
export interface FetchRouting {
  readonly protocol: ModelProtocol
  readonly client: HttpClient
  /** Other clients, by the name before the colon of a model's id. */
  readonly others: Readonly<Record<string, HttpClient>>
  readonly models: Readonly<Record<string, string>>
  /** Evaluates the flag and begins to count. */
  readonly begin: () => Promise<OpenCall>
  readonly what: string
}

/** One request that a client wants to send. */
interface ModelRequest {
  readonly url: string
  readonly init: RequestInit
  readonly path: string
  readonly body: JsonObject & { readonly model: string }
}

/**
 * A `fetch` for a client: its calls of a model go to the model of the flag's variant and are counted; everything else
 * passes. Routing where the bytes leave keeps every method of the client as it is: `create`, `stream`, `parse`, tool runners.
 */
export function routedFetch(routing: FetchRouting): typeof fetch {
  const plain = (routing.client as { fetch?: typeof fetch }).fetch ?? fetch
  return async (input, init = {}) => {
    const request = readRequest(input, init, routing.protocol)
    if (request === null) return plain(input, init)
    const call = heedSignal(await routing.begin(), init.signal)
    const { model } = request.body
    const choices = modelChoices<string>(call, routing.models, model)
    call.record({ model: choices[0]?.model ?? model })
    const startedMs = performance.now()
    return firstAnswer({
      call,
      choices,
      what: routing.what,
      abortSignal: init.signal ?? undefined,
      ask: async (choice, signal, isLast) => {
        try {
          const answer = await ask(choice, { ...request, init: { ...request.init, signal } }, routing, plain)
          if (answer.response.ok) return await measured(answer, { call, protocol: routing.protocol, isLast })
          if (isLast) call.fail(new Error(`HTTP ${answer.response.status}`))
          else throw await refusal(answer.response)
          return answer.response
        } catch (thrown) {
          throw hasTimedOut(request, routing.client, startedMs)
            ? new DOMException('The client’s time is up.', 'TimeoutError')
            : thrown
        }
      },
    })
  }
}

function readRequest(input: unknown, init: RequestInit, { isCall }: ModelProtocol): ModelRequest | null {
  if (init.method?.toUpperCase() !== 'POST' || typeof init.body !== 'string') return null
  const url = String(input)
  const path = new URL(url).pathname
  if (!isCall(path)) return null
  const body = parse(init.body)
  return typeof body?.['model'] === 'string' ? { url, init, path, body: body as ModelRequest['body'] } : null
}

interface Answer {
  readonly response: Response
  /** Whether usage was asked for on our own account. */
  readonly asked: boolean
}

async function ask(
  { model, params }: ModelChoice<string>,
  request: ModelRequest,
  { client, others, protocol }: FetchRouting,
  plain: typeof fetch,
): Promise<Answer> {
  const colon = model.indexOf(':')
  const name = model.slice(0, Math.max(0, colon))
  const other = Object.hasOwn(others, name) ? others[name] : undefined
  const body: JsonObject = { ...request.body, ...params, model: other ? model.slice(colon + 1) : model }
  const send = (content: JsonObject) =>
    other === undefined
      ? plain(addressOf(request, model), {
          ...request.init,
          headers: headersOf(request.init),
          body: JSON.stringify(content),
        })
      : viaClient(other, request, client.baseURL, content)
  const asking = body['stream'] === true ? protocol.askForUsage(request.path, body) : null
  if (asking === null) return { response: await send(body), asked: false }
  const response = await send(asking)
  // A server that does not know the question must not fail for it.
  return response.status === 400 ? { response: await send(body), asked: false } : { response, asked: true }
}

/** Azure names the model in the address, and answers with that one whatever the body says. */
const deployment = /\/deployments\/[^/]+(?=\/)/

const addressOf = ({ url, body }: ModelRequest, model: string): string =>
  model === body.model ? url : url.replace(deployment, `/deployments/${encodeURIComponent(model)}`)

/** Another client has its own address, key and ways of signing in; its refusals are made responses again. */
async function viaClient(other: HttpClient, { url, init }: ModelRequest, baseURL: string, body: JsonObject) {
  const sent = url.startsWith(baseURL) ? url.slice(baseURL.length) : new URL(url).pathname
  const path = sent.replace(/^\/deployments\/[^/]+([^?]*).*/, '$1')
  const betas = new Headers(init.headers).get('anthropic-beta')
  try {
    const options = {
      body,
      stream: body['stream'] === true,
      signal: init.signal,
      maxRetries: 0,
      ...(betas === null ? {} : { headers: { 'anthropic-beta': betas } }),
    }
    return await other.post(path, options).asResponse()
  } catch (thrown) {
    const { status, error, headers } = thrown as { status?: number; error?: unknown; headers?: Headers }
    if (typeof status !== 'number') throw thrown
    return new Response(JSON.stringify(isObject(error) && 'error' in error ? error : { error }), {
      status,
      ...(headers ? { headers } : {}),
    })
  }
}

/** The body has changed, so what was said about it is no longer true. */
function headersOf({ headers }: RequestInit): Headers {
  const changed = new Headers(headers)
  changed.delete('content-length')
  changed.delete('idempotency-key')
  return changed
}

interface Measuring {
  readonly call: OpenCall
  readonly protocol: ModelProtocol
  readonly isLast: boolean
}

async function measured({ response, asked }: Answer, { call, protocol, isLast }: Measuring): Promise<Response> {
  const { status, statusText } = response
  const headers = decodedHeaders(response)
  if (headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const text = await response.text()
    const answer = parse(text)
    if (answer) call.record(protocol.usageOf(answer))
    // Behind a gateway a failure can come as a page, or with a status that says nothing of it.
    const isAnswer = answer !== null && !isObject(answer['error'])
    const failure = isAnswer ? null : new Error(`HTTP ${status} without an answer: ${text.slice(0, 200)}`)
    if (failure === null) call.succeed()
    else if (isLast) call.fail(failure)
    else throw failure
    return new Response(text, { status, statusText, headers })
  }
  const encoder = new TextEncoder()
  const events = readEventStream((response.body ?? []) as AsyncIterable<Uint8Array>, () => {})
  const stream = await openMeasuredStream<ServerEvent, Uint8Array>(events, {
    call,
    isLast,
    meaningOf: ({ data }) => protocol.meaningOf(parse(data), data),
    hand: ({ event, data, id }) => {
      if (asked && protocol.isOurs(parse(data))) return null
      const lines = [...(event === 'message' ? [] : [`event: ${event}`]), ...(id === '' ? [] : [`id: ${id}`])]
      return encoder.encode([...lines, ...data.split('\n').map((line) => `data: ${line}`), '', ''].join('\n'))
    },
  })
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, { status, statusText, headers })
}

/** `fetch` has unpacked the body. */
function decodedHeaders(response: Response): Headers {
  const headers = new Headers(response.headers)
  headers.delete('content-encoding')
  headers.delete('content-length')
  return headers
}

async function refusal(response: Response): Promise<Error> {
  const text = await response.text().catch(() => '')
  return new Error(`HTTP ${response.status}: ${text.slice(0, 200)}`)
}

/** These clients abort when their own `timeout` is over; that is no user who has called it off. */
function hasTimedOut({ init }: ModelRequest, { timeout }: HttpClient, startedMs: number): boolean {
  if (!init.signal?.aborted) return false
  // OpenAI's tells it only where the call has a limit of its own; and both leave out the fraction of a second.
  const told = new Headers(init.headers).get('x-stainless-timeout')
  const limitMs = told === null ? timeout : Number(told) * 1000 || Math.min(timeout, 1000)
  return performance.now() - startedMs >= limitMs - 20
}

function parse(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}
