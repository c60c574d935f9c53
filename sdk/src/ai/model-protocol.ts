import type { Metrics } from '../observation.ts'
import type { Meaning } from './measured-stream.ts'

/** An object of unknown content, as JSON brings it. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What has to be known of a provider's HTTP protocol to route and measure its calls. */
export interface ModelProtocol {
  /** Whether requests to this path are calls of a model. */
  isCall(path: string): boolean
  /** The body that makes a stream tell its usage, where it would not by itself; null: it tells anyway. */
  askForUsage(path: string, body: JsonObject): JsonObject | null
  /** Tokens in a whole answer. */
  usageOf(answer: JsonObject): Metrics
  /** What one event of a stream says; `data` is null where it is no JSON. */
  meaningOf(data: JsonObject | null, text: string): Meaning
  /** Whether the event is there only because of `askForUsage`. */
  isOurs(data: JsonObject | null): boolean
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The sum of the counts that are there, under this name; nothing when none is. */
export function tokens(name: 'input_tokens' | 'output_tokens', ...counts: readonly unknown[]): Metrics {
  const known = counts.filter((count) => typeof count === 'number')
  return known.length === 0 ? {} : { [name]: known.reduce((sum, count) => sum + count, 0) }
}
