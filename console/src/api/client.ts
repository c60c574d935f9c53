import type { FieldError, Problem } from '@sluice/contract'

export type FailureCode = Problem['code'] | 'UNREACHABLE'

/** What a refusal tells; a broken answer may tell nothing. */
type Refusal = { readonly [Field in Exclude<keyof Problem, 'code'>]?: Problem[Field] | undefined } & {
  readonly code: FailureCode | undefined
}

/** A refused or failed request, with what the server says to do next. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: FailureCode
  readonly hint: string | undefined
  readonly requestId: string | undefined
  readonly errors: readonly FieldError[]
  /** What stands in the way, as it is now: a newer version, what refers to it. */
  readonly current: unknown

  constructor(status: number, problem: Refusal) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`)
    this.status = status
    this.code = problem.code ?? 'INTERNAL'
    this.hint = problem.hint
    this.requestId = problem.requestId
    this.errors = problem.errors ?? []
    this.current = problem.current
  }
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON; a file as it is. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

/** `…/flags/a%2Fb`: every part of a path is encoded, because model ids and flag keys hold slashes and colons. */
export function environmentPath(environment: string, ...parts: readonly string[]): string {
  return ['/api/v1/environments', environment, ...parts]
    .map((part, index) => (index === 0 ? part : encodeURIComponent(part)))
    .join('/')
}

/** One request with the console's cookie. Throws `ApiError` and nothing else. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options)
  if (response.status === 204) return undefined as T
  const body: unknown = await response.json().catch(() => null)
  if (response.ok) return body as T
  const problem = (body ?? {}) as Partial<Problem>
  throw new ApiError(response.status, { ...problem, code: problem.code })
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (options.ifMatch !== undefined) headers['if-match'] = options.ifMatch
  try {
    return await fetch(withQuery(path, options.query), {
      method: options.method ?? 'GET',
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined
        ? {}
        : { body: options.body instanceof Blob ? options.body : JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause
    throw new ApiError(0, {
      code: 'UNREACHABLE',
      detail: 'The server cannot be reached. Your applications keep their last flags.',
      hint: 'Check that the server runs; this page goes on by itself.',
    })
  }
}

function withQuery(path: string, query: RequestOptions['query']): string {
  const pairs = Object.entries(query ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`
}
