/** One request of the SDK. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** The part of a response that the SDK reads. `chunks` or `text()`, not both. */
export interface Reply {
  readonly status: number
  header(name: string): string | null
  text(): Promise<string>
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Sends one request. Resolves with the reply whatever its status; rejects when there is none. */
export type Transport = (request: Request) => Promise<Reply>
