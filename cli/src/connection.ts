import type { FieldError } from '@sluice/contract'
import { UsageError } from './command.ts'

interface ProblemBody {
  readonly detail?: string
  readonly hint?: string
  readonly errors?: readonly FieldError[]
}

const faultText = ({ pointer, message }: FieldError): string => `  ${pointer || '(whole)'}: ${message}`

/** A refusal by the server, with what to do next. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly status: number
  /** The refusal in one sentence, and the fields it names. */
  readonly detail: string
  readonly faults: readonly FieldError[]

  constructor(status: number, { detail = `The server answered ${status}.`, errors = [], hint }: ProblemBody) {
    super([detail, ...errors.map(faultText), ...(hint ? [hint] : [])].join('\n'))
    this.status = status
    this.detail = detail
    this.faults = errors
  }
}

/** The server that SLUICE_URL and SLUICE_KEY name, in one environment. */
export interface Connection {
  readonly url: string
  readonly environment: string
  request<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T>
  /** A request of another kind: a file as it is, other headers. */
  send(method: string, path: string, more?: { text?: string; headers?: Record<string, string> }): Promise<Response>
  /** The same below the environment: `/flags/x`. */
  inside<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T>
  text(path: string): Promise<string>
}

export function connect(environment: string | undefined, variables: NodeJS.ProcessEnv = process.env): Connection {
  const url = (variables['SLUICE_URL'] ?? 'http://127.0.0.1:4400').replace(/\/+$/, '')
  const key = variables['SLUICE_KEY'] ?? variables['SLUICE_ADMIN_KEY']
  if (key === undefined)
    throw new UsageError(
      'No key: set SLUICE_KEY to an admin key (and SLUICE_URL, if the server is not at http://127.0.0.1:4400).',
    )
  const chosen = environment ?? variables['SLUICE_ENVIRONMENT'] ?? 'production'
  const send: Connection['send'] = async (method, path, { text, headers } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    }).catch(() => {
      const detail = `No server answers at ${url}. Start one with "sluice server", or set SLUICE_URL.`
      throw new RequestError(0, { detail })
    })
    if (response.ok) return response
    const problem = (await response.json().catch(() => ({}))) as ProblemBody
    throw new RequestError(response.status, problem)
  }
  const request: Connection['request'] = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> => {
    const sent = { headers, ...(body === undefined ? {} : { text: JSON.stringify(body) }) }
    const text = await (await send(method, path, sent)).text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  const base = `/api/v1/environments/${encodeURIComponent(chosen)}`
  return {
    url,
    environment: chosen,
    request,
    send,
    inside: (method, path, body, headers) => request(method, `${base}${path}`, body, headers),
    text: async (path) => (await send('GET', `${base}${path}`)).text(),
  }
}
