import { SluiceError } from '@sluice/contract'
import { findJsonFaults } from './json-faults.ts'
import { lineAndColumn, locateJsonError } from './locate-json-error.ts'
import { type JsonLimits, ordinaryLimits, scanJson } from './scan-json.ts'

export const mebibyte = 1_048_576

export interface BodyRules {
  readonly bytes: number
  readonly json: JsonLimits
  /** `each-row`: the handler judges texts and names itself, row by row. */
  readonly texts: 'all' | 'each-row'
}

export const ordinaryBody: BodyRules = { bytes: mebibyte, json: ordinaryLimits, texts: 'all' }

const mediaTypes = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i

/** The JSON of a request, checked for all that is dangerous whatever it means. Undefined: there is no body. */
export async function readJson(request: Request, rules: BodyRules): Promise<unknown> {
  const bytes = await readBytes(request, rules.bytes)
  if (bytes.length === 0) return undefined
  checkMediaType(request.headers.get('content-type'))
  const text = decodeUtf8(bytes)
  scanJson(bytes, rules.json)
  const value = parse(text)
  if (rules.texts === 'all') refuse(value)
  return value
}

/** A file as text, whatever it holds and is called. */
export async function readFileBody(request: Request, most: number): Promise<string> {
  return decodeUtf8(await readBytes(request, most)).replace(/^\uFEFF/, '')
}

function refuse(value: unknown): void {
  const errors = findJsonFaults(value)
  if (errors.length === 0) return
  const [first] = errors
  throw new SluiceError('INVALID_INPUT', `${first?.pointer ?? ''}: ${first?.message ?? ''} Nothing was changed.`, {
    errors,
  })
}

async function readBytes(request: Request, most: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge(most)
  if (!request.body) return new Uint8Array()
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (encoding !== 'identity')
    throw new SluiceError('UNSUPPORTED_MEDIA_TYPE', `A body in "${encoding.slice(0, 40)}" cannot be read.`, {
      hint: 'Send it without Content-Encoding.',
    })
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    // Counted as it arrives: the header may be missing or untrue.
    for await (const chunk of request.body) {
      length += chunk.length
      if (length > most) throw tooLarge(most)
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof SluiceError ? error : brokenOff(error)
  }
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : new Uint8Array(Buffer.concat(chunks))
}

/** The sender hung up: nobody reads this, but the log must not take it for a fault of ours. */
function brokenOff(cause: unknown): SluiceError {
  return new SluiceError('INVALID_INPUT', 'The body broke off before its end. Nothing was changed.', {
    cause,
    hint: 'Send it again.',
  })
}

function tooLarge(most: number): SluiceError {
  return new SluiceError('TOO_LARGE', `The body is larger than ${most / mebibyte} MiB. Nothing was changed.`, {
    hint: 'Send it in smaller parts.',
  })
}

function checkMediaType(type: string | null): void {
  if (type !== null && mediaTypes.test(type)) return
  throw new SluiceError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The body is ${type === null ? 'of no named type' : `"${type.slice(0, 80)}"`}.`,
    {
      hint: 'Send JSON with the header Content-Type: application/json.',
    },
  )
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const at = firstInvalidByte(bytes)
    const message = `The body is not valid UTF-8: byte ${at} (0x${bytes[at]?.toString(16).padStart(2, '0') ?? '??'}) does not belong to any character.`
    throw new SluiceError('INVALID_INPUT', `${message} Nothing was changed.`, {
      hint: 'Send the JSON as UTF-8.',
      errors: [{ pointer: '', code: 'invalid_utf8', message }],
    })
  }
}

/** Where the longest valid beginning ends, found by halving. */
function firstInvalidByte(bytes: Uint8Array): number {
  const isValid = (end: number): boolean => {
    try {
      // A character cut off at the end is no fault of the beginning.
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream: true })
      return true
    } catch {
      return false
    }
  }
  let [low, high] = [0, bytes.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (isValid(middle)) low = middle
    else high = middle - 1
  }
  return low
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const found = locateJsonError(text)
    const { line, column } = lineAndColumn(text, found?.index ?? text.length)
    const message = `Line ${line}, column ${column}: expected ${found?.expected ?? 'valid JSON'}${foundAt(text, found?.index)}.`
    throw new SluiceError('INVALID_INPUT', `The body is not JSON. ${message}`, {
      cause,
      hint: 'JSON has no NaN, no Infinity, no comments, no trailing commas and no single quotes.',
      errors: [{ pointer: '', code: 'invalid_json', message }],
    })
  }
}

function foundAt(text: string, index = text.length): string {
  return index >= text.length ? ', found the end' : `, found ${JSON.stringify(text.slice(index, index + 10))}`
}
