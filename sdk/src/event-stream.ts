/** One server-sent event. */
export interface ServerEvent {
  readonly event: string
  readonly data: string
  readonly id: string
}

/** No snapshot is that large; more than this without an end of line is not our stream. */
const maxLineChars = 64 * 1024 * 1024

/** Reads server-sent events (WHATWG HTML, section 9.2) from bytes, however they are cut. */
export async function* readEventStream(
  chunks: AsyncIterable<Uint8Array>,
  onByte: () => void,
): AsyncGenerator<ServerEvent> {
  let event = ''
  let id = ''
  let data: string[] = []
  for await (const line of readLines(chunks, onByte)) {
    if (line === '') {
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id }
      event = ''
      data = []
      continue
    }
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
    else if (field === 'id') id = value
  }
}

async function* readLines(chunks: AsyncIterable<Uint8Array>, onByte: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let parts: string[] = []
  let partChars = 0
  let endedWithCarriageReturn = false
  for await (const chunk of chunks) {
    onByte()
    let text = decoder.decode(chunk, { stream: true })
    if (endedWithCarriageReturn && text.startsWith('\n')) text = text.slice(1)
    if (text !== '') endedWithCarriageReturn = text.endsWith('\r')
    const lines = text.split(/\r\n|\n|\r/)
    for (const line of lines.slice(0, -1)) {
      yield parts.join('') + line
      parts = []
      partChars = 0
    }
    const rest = lines.at(-1) ?? ''
    parts.push(rest)
    partChars += rest.length
    if (partChars > maxLineChars) throw new Error('the stream sent a line of more than 64 MiB')
  }
}
