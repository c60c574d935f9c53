// A look at the bytes before `JSON.parse` sees them: it would take two million brackets, block for seconds, and hand
// over something that cannot be written out again.
import { SluiceError } from '@sluice/contract'
import { pointerTo } from './json-faults.ts'

export interface JsonLimits {
  readonly depth: number
  /** Values and brackets together. */
  readonly tokens: number
}

export const ordinaryLimits: JsonLimits = { depth: 32, tokens: 200_000 }

const quote = 0x22
const backslash = 0x5c
const opening = new Set([0x5b, 0x7b])
const closing = new Set([0x5d, 0x7d])
const comma = 0x2c
const colon = 0x3a
const brace = 0x7b

/** One pass without recursion; throws when the JSON is nested or long beyond the limits. */
export function scanJson(bytes: Uint8Array, { depth: deepest, tokens: most }: JsonLimits): void {
  let depth = 0
  let tokens = 1
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number
    if (byte === quote) i = endOfString(bytes, i)
    else if (opening.has(byte)) {
      depth += 1
      tokens += 1
      if (depth > deepest)
        throw tooMuch(`It is nested more than ${deepest} deep.`, 'Make it flatter.', pointerAt(bytes, i))
    } else if (closing.has(byte)) depth -= 1
    else if (byte === comma) tokens += 1
    if (tokens > most) throw tooMuch(`It holds more than ${most} values.`, 'Send it in parts.')
  }
}

/** The index of the closing quote, or the end. */
function endOfString(bytes: Uint8Array, start: number): number {
  let i = start + 1
  while (i < bytes.length && bytes[i] !== quote) i += bytes[i] === backslash ? 2 : 1
  return i
}

/** The way to a byte; walked only once something is wrong there. */
function pointerAt(bytes: Uint8Array, end: number): string {
  const path: (string | number)[] = []
  let text = ''
  for (let i = 0; i < end; i += 1) {
    const byte = bytes[i] as number
    const last = path.length - 1
    if (byte === quote) {
      const start = i
      i = endOfString(bytes, i)
      text = textOf(bytes.subarray(start, i + 1))
    } else if (opening.has(byte)) path.push(byte === brace ? '' : 0)
    else if (closing.has(byte)) path.pop()
    else if (byte === colon) path[last] = text
    else if (byte === comma && typeof path[last] === 'number') path[last] += 1
  }
  return pointerTo(path)
}

function textOf(quoted: Uint8Array): string {
  const text = Buffer.from(quoted).toString()
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}

function tooMuch(detail: string, hint: string, pointer = ''): SluiceError {
  return new SluiceError('INVALID_INPUT', `The JSON is too large to be read safely. ${detail}`, {
    hint,
    errors: [{ pointer, code: 'too_complex', message: detail }],
  })
}
