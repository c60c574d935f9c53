import { isUtf8 } from 'node:buffer'

const lineFeed = 0x0a

/**
 * The lines of a stream, as NDJSON has them: a line feed ends one and nothing else does. (`node:readline` also ends them at U+2028,
 * which a text in JSON may hold.) Null stands for a line that is no UTF-8.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string | null> {
  let parts: Buffer[] = []
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      yield textOf(parts, chunk.subarray(start, end))
      parts = []
      start = end + 1
    }
    parts.push(chunk.subarray(start))
  }
  yield textOf(parts, Buffer.alloc(0))
}

function textOf(parts: readonly Buffer[], last: Buffer): string | null {
  const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last])
  return isUtf8(bytes) ? bytes.toString() : null
}
