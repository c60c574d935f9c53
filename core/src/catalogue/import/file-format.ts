import type { JsonPart, JsonSplit } from './read-json.ts'
import type { SourceRecord } from './source-record.ts'

/** The formats that can be read. `sluice` is our own, the others are named as their sources. */
export type ImportFormat = 'sluice' | 'litellm' | 'models.dev' | 'openrouter' | 'genai-prices'

/** How one kind of file is taken apart. */
export interface FileFormat {
  readonly name: ImportFormat
  /** How the file is cut into parts; records stand at `markDepth`. */
  readonly split: JsonSplit
  /** Whether this part of a file gives the format away. */
  readonly knows: (part: JsonPart) => boolean
  /** The records in a part; none: it holds no models. */
  readonly read: (part: JsonPart) => Iterable<SourceRecord>
}

/** Only what stands at the top is gone into. */
export const atTop = (path: readonly string[]): boolean => path.length === 0
