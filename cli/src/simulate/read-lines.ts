import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'

/** The lines of a UTF-8 file, packed with gzip or not, some at a time; numbers of lines count from 1. Throws with its name. */
export async function* readLines(file: string): AsyncGenerator<readonly string[]> {
  let handle: FileHandle | null = null
  try {
    handle = await open(file)
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    const isGzip = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
    const bytes = handle.createReadStream({ start: 0, highWaterMark: 1 << 18 })
    yield* split(isGzip ? bytes.pipe(createGunzip()) : bytes)
  } catch (error) {
    throw new Error(`Cannot read the recording ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  } finally {
    await handle?.close().catch(() => {})
  }
}

/** Node's readline also ends lines at U+2028, which JSON strings may hold. */
async function* split(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder()
  let rest = ''
  let isFirst = true
  for await (const chunk of bytes) {
    if (isFirst && chunk.includes(0)) throw new Error('it is no text in UTF-8. Save it as NDJSON or CSV in UTF-8.')
    isFirst = false
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield lines.map(withoutReturn)
  }
  if (rest !== '') yield [withoutReturn(rest)]
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)
