// The hot path of every draw, measured by `npm run bench -- evaluation`: it allocates nothing, and each form of it must agree
// with the plain reference in `evaluation.test-prop.ts`.
const c1 = 0xcc9e2d51
const c2 = 0x1b873593

const scramble = (block: number): number => {
  const mixed = Math.imul(block, c1)
  return Math.imul((mixed << 15) | (mixed >>> 17), c2)
}

const round = (hash: number, scrambled: number): number => {
  const mixed = hash ^ scrambled
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

const finish = (hash: number, length: number): number => {
  let h = hash ^ length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** A hash that has read a text and goes on from there: the state after its whole blocks, and 0 to 3 bytes left over. */
export interface Prefix {
  readonly state: number
  readonly tail: number
  readonly tailBytes: number
  readonly length: number
}

/** Reads UTF-8 byte by byte; half of a surrogate pair is U+FFFD. */
class ByteHash {
  state: number
  tail: number
  tailBytes: number
  length: number

  constructor({ state, tail, tailBytes, length }: Prefix) {
    this.state = state
    this.tail = tail
    this.tailBytes = tailBytes
    this.length = length
  }

  byte(value: number): void {
    this.tail |= value << (8 * this.tailBytes)
    this.tailBytes += 1
    this.length += 1
    if (this.tailBytes < 4) return
    this.state = round(this.state, scramble(this.tail))
    this.tail = 0
    this.tailBytes = 0
  }

  text(text: string): this {
    for (let i = 0; i < text.length; i++) {
      const given = text.codePointAt(i) ?? 0
      const code = given >= 0xd800 && given <= 0xdfff ? 0xfffd : given
      if (code < 0x80) this.byte(code)
      else if (code < 0x800) {
        this.byte(0xc0 | (code >> 6))
        this.byte(0x80 | (code & 63))
      } else {
        if (code < 0x10000) this.byte(0xe0 | (code >> 12))
        else {
          i += 1
          this.byte(0xf0 | (code >> 18))
          this.byte(0x80 | ((code >> 12) & 63))
        }
        this.byte(0x80 | ((code >> 6) & 63))
        this.byte(0x80 | (code & 63))
      }
    }
    return this
  }

  end(): number {
    return finish(this.tailBytes === 0 ? this.state : this.state ^ scramble(this.tail), this.length)
  }
}

/** MurmurHash3_x86_32 (Austin Appleby, public domain) as far as this text, ready to go on with another. */
export function prefixOf(text: string, seed = 0): Prefix {
  const { state, tail, tailBytes, length } = new ByteHash({ state: seed | 0, tail: 0, tailBytes: 0, length: 0 }).text(
    text,
  )
  return { state, tail, tailBytes, length }
}

/** MurmurHash3_x86_32 of a text's UTF-8 bytes: an unsigned 32-bit integer. */
export const murmur3 = (text: string, seed = 0): number => hashAfter(prefixOf('', seed), text) >>> 0

/**
 * The hash of the prefix's text followed by this one, as a *signed* 32-bit integer: the engine would put half of the unsigned
 * ones on the heap. `>>> 0` makes it the hash.
 */
export function hashAfter(prefix: Prefix, text: string): number {
  return prefix.tailBytes === 0 ? hashFrom(prefix.state, prefix.length, text) : hashShifted(prefix, text)
}

/** The same after a prefix of whole blocks, which is its state and its length. */
export const hashFrom = (state: number, before: number, text: string): number =>
  text === kept.text ? hashKept(state, before, text) : hashAligned(state, before, text)

/**
 * The scrambled blocks of the text that came last, once it has come twice in a row: all flags for one unit then cost a few
 * steps each. They depend on the text alone as long as the prefix ends on a whole block, which minted salts do.
 */
const kept = { text: '', blocks: new Int32Array(64), count: -1, tail: 0 }
const longestKept = 4 * kept.blocks.length

function hashAligned(state: number, before: number, text: string): number {
  const { length } = text
  const whole = length & ~3
  let hash = state
  let seen = 0
  let i = 0
  for (; i < whole; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    seen |= a | b | c | d
    hash = round(hash, scramble(a | (b << 8) | (c << 16) | (d << 24)))
  }
  if (i < length) {
    let tail = 0
    for (let bits = 0; i < length; i++, bits += 8) {
      const code = text.charCodeAt(i)
      seen |= code
      tail |= code << bits
    }
    hash ^= scramble(tail)
  }
  if (seen > 127) return new ByteHash(aligned(state, before)).text(text).end()
  kept.text = text
  kept.count = -1
  return finish(hash, before + length)
}

const aligned = (state: number, length: number): Prefix => ({ state, tail: 0, tailBytes: 0, length })

function hashKept(state: number, before: number, text: string): number {
  const { blocks } = kept
  if (text.length > longestKept) return hashShifted(aligned(state, before), text)
  if (kept.count < 0) keep(text)
  let hash = state
  for (let i = 0; i < kept.count; i++) hash = round(hash, blocks[i] as number)
  return finish(hash ^ kept.tail, before + text.length)
}

/** Only texts of ASCII get here. */
function keep(text: string): void {
  const count = text.length >> 2
  for (let i = 0; i < count; i++) {
    const at = 4 * i
    kept.blocks[i] = scramble(
      text.charCodeAt(at) |
        (text.charCodeAt(at + 1) << 8) |
        (text.charCodeAt(at + 2) << 16) |
        (text.charCodeAt(at + 3) << 24),
    )
  }
  let tail = 0
  for (let i = 4 * count, bits = 0; i < text.length; i++, bits += 8) tail |= text.charCodeAt(i) << bits
  kept.tail = scramble(tail)
  kept.count = count
}

/** A prefix with bytes left over: every block is put together from the end of one and the start of the next. */
function hashShifted(prefix: Prefix, text: string): number {
  const { length } = text
  const up = 8 * prefix.tailBytes
  const down = 32 - up
  let hash = prefix.state
  let carry = prefix.tail
  let seen = 0
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    seen |= a | b | c | d
    const block = a | (b << 8) | (c << 16) | (d << 24)
    hash = round(hash, scramble(carry | (block << up)))
    carry = up === 0 ? 0 : block >>> down
  }
  let bits = up
  for (; i < length; i++) {
    const code = text.charCodeAt(i)
    seen |= code
    carry |= code << bits
    bits += 8
    if (bits === 32) {
      hash = round(hash, scramble(carry))
      carry = 0
      bits = 0
    }
  }
  if (seen > 127) return new ByteHash(prefix).text(text).end()
  return finish(bits === 0 ? hash : hash ^ scramble(carry), prefix.length + length)
}
