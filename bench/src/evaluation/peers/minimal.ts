// The limit: what is left when everything is known beforehand. One look into a map, murmur3 from the salt's state over the unit's
// characters, a compare; nothing is checked, and nothing but these flags works.
import type { Peer } from '../peer.ts'
import { type Scenario, countries, plan, weights } from '../scenario.ts'

interface Flag {
  readonly state: number
  readonly limit: number
  readonly kind: Scenario['flags'][number]['kind']
}

function block(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  const mixed = hash ^ k
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

/** After whole blocks of ASCII. */
function stateAfter(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i += 4)
    hash = block(
      hash,
      text.charCodeAt(i) |
        (text.charCodeAt(i + 1) << 8) |
        (text.charCodeAt(i + 2) << 16) |
        (text.charCodeAt(i + 3) << 24),
    )
  return hash
}

function hashFrom(state: number, unit: string): number {
  const { length } = unit
  const whole = length & ~3
  let hash = state
  let i = 0
  for (; i < whole; i += 4)
    hash = block(
      hash,
      unit.charCodeAt(i) |
        (unit.charCodeAt(i + 1) << 8) |
        (unit.charCodeAt(i + 2) << 16) |
        (unit.charCodeAt(i + 3) << 24),
    )
  let tail = 0
  for (let shift = 0; i < length; i++, shift += 8) tail |= unit.charCodeAt(i) << shift
  let k = Math.imul(tail, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  hash ^= k ^ (16 + length)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const limitOf = (percent: number): number => Math.ceil((percent * 2 ** 32) / 100)
const variantLimits = weights.map((_, i) =>
  limitOf(weights.slice(0, i + 1).reduce((sum, [, weight]) => sum + weight, 0)),
)

/** Whether a version is at least 2.3.0. */
function isNew(version: string): boolean {
  const major = version.charCodeAt(0) - 48
  if (version.charCodeAt(1) !== 46) return true
  if (major !== 2) return major > 2
  return version.charCodeAt(3) !== 46 || version.charCodeAt(2) >= 51
}

export const minimal: Peer = {
  name: 'minimal',
  sharesHash: true,
  isAsync: false,
  prepare({ flags, users, listed }) {
    const byKey = new Map<string, Flag>(
      flags.map(({ key, salt, kind, percent }) => [
        key,
        { state: stateAfter(`${salt}:`), limit: limitOf(percent), kind },
      ]),
    )
    const keys = flags.map(({ key }) => key)
    const inCountries = new Set<string>(countries)
    const onList = new Set(listed)
    const evaluate = (flagIndex: number, userIndex: number): boolean | string => {
      const flag = byKey.get(keys[flagIndex] as string) as Flag
      const user = users[userIndex] as (typeof users)[number]
      if (flag.kind === 'list') return onList.has(user.id)
      if (flag.kind === 'targeted' && !(inCountries.has(user.country) && user.plan === plan && isNew(user.version)))
        return false
      const hash = hashFrom(flag.state, user.id)
      if (flag.kind !== 'variants') return hash < flag.limit
      if (hash < (variantLimits[0] as number)) return 'v1'
      if (hash < (variantLimits[1] as number)) return 'v2'
      return hash < (variantLimits[2] as number) ? 'v3' : 'v4'
    }
    return { evaluate }
  },
}
