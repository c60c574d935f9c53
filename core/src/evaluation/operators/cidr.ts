/** An address as the four 32-bit words of IPv6; IPv4 stands at its mapped place, ::ffff:a.b.c.d. */
type Address = readonly [number, number, number, number]

export interface AddressRange {
  readonly address: Address
  /** Leading bits that count, 0 to 128. */
  readonly bits: number
}

const decimal = /^(?:0|[1-9]\d{0,2})$/
const group = /^[0-9a-fA-F]{1,4}$/

function parseV4(text: string): number | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => decimal.test(part) && Number(part) <= 255)) return null
  return parts.reduce((word, part) => ((word << 8) | Number(part)) >>> 0, 0)
}

/** Groups of 16 bits; the last may be an IPv4 address, which is two. */
function parseGroups(text: string): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 && part.includes('.') ? parseV4(part) : null
    if (v4 !== null) groups.push(v4 >>> 16, v4 & 0xffff)
    else if (group.test(part)) groups.push(Number.parseInt(part, 16))
    else return null
  }
  return groups
}

function parseV6(text: string): Address | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head, tail] = [parseGroups(halves[0] as string), parseGroups(halves[1] ?? '')]
  if (!head || !tail || (halves.length === 2 && halves[0]?.includes('.'))) return null
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail]
  const word = (i: number) => ((((groups[i] as number) << 16) >>> 0) | (groups[i + 1] as number)) >>> 0
  return [word(0), word(2), word(4), word(6)]
}

/** An IPv4 or IPv6 address without zone; null for any other text. */
export function parseAddress(text: string): Address | null {
  if (text.includes(':')) return parseV6(text)
  const v4 = parseV4(text)
  return v4 === null ? null : [0, 0, 0xffff, v4]
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address; null for any other text. */
export function parseRange(text: string): AddressRange | null {
  const [host = '', length, ...more] = text.split('/')
  const address = more.length === 0 ? parseAddress(host) : null
  if (!address) return null
  if (length === undefined) return { address, bits: 128 }
  const most = host.includes(':') ? 128 : 32
  if (!decimal.test(length) || Number(length) > most) return null
  return { address, bits: 128 - most + Number(length) }
}

/** Whether the address lies in the range. */
export function isInRange(address: Address, { address: start, bits }: AddressRange): boolean {
  for (let i = 0, left = bits; left > 0; i++, left -= 32) {
    const mask = left >= 32 ? 0xffffffff : (0xffffffff << (32 - left)) >>> 0
    if ((((address[i] as number) ^ (start[i] as number)) & mask) !== 0) return false
  }
  return true
}
