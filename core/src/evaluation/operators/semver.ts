const pattern = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

export type Version = readonly [core: readonly string[], pre: readonly string[]]

/** A version as SemVer 2.0.0 writes it: no `v`, all three parts, no leading zeros; null for any other text. */
export function parseVersion(text: string): Version | null {
  const match = pattern.exec(text)
  if (!match) return null
  const pre = match[4]?.split('.') ?? []
  if (pre.some((part) => part === '' || /^0\d+$/.test(part))) return null
  return [match.slice(1, 4), pre]
}

/** Digits of any length: the longer number is the larger. */
const compareDigits = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

function comparePart(a: string, b: string): number {
  const [digitsA, digitsB] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (digitsA && digitsB) return compareDigits(a, b)
  if (digitsA !== digitsB) return digitsA ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** Precedence as SemVer 2.0.0 has it: below, at or above 0. */
export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const order = compareDigits(a[0][i] ?? '', b[0][i] ?? '')
    if (order !== 0) return order
  }
  if (a[1].length === 0 || b[1].length === 0) return b[1].length - a[1].length
  for (let i = 0; i < Math.max(a[1].length, b[1].length); i++) {
    const [partA, partB] = [a[1][i], b[1][i]]
    if (partA === undefined || partB === undefined) return partA === undefined ? -1 : 1
    const order = comparePart(partA, partB)
    if (order !== 0) return order
  }
  return 0
}

/** Compares texts with one version: below, at or above 0, NaN for a text that is no version. */
export type VersionOrder = (text: string) => number

/** Texts such as "2.3.0" are compared digit by digit, without building anything; all others in full. */
export function orderTo(wanted: Version): VersionOrder {
  const isPlain = wanted[1].length === 0 && wanted[0].every((digits) => digits.length <= 9)
  const [major = 0, minor = 0, patch = 0] = wanted[0].map(Number)
  const inFull = (text: string): number => {
    const version = parseVersion(text)
    return version === null ? Number.NaN : compareVersions(version, wanted)
  }
  if (!isPlain) return inFull
  return (text) => {
    const first = readDigits(text, 0, 46)
    if (first < 0) return inFull(text)
    const second = readDigits(text, readTo + 1, 46)
    if (second < 0) return inFull(text)
    const third = readDigits(text, readTo + 1, -1)
    if (third < 0) return inFull(text)
    return first - major || second - minor || third - patch
  }
}

/** Where the last digits ended. */
let readTo = 0

/** Up to nine digits that end before the character `end` (-1: at the end of the text); -1 for anything else. */
function readDigits(text: string, from: number, end: number): number {
  let value = 0
  let i = from
  for (; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  const digits = i - from
  const isNumber = digits > 0 && digits <= 9 && (digits === 1 || text.charCodeAt(from) !== 48)
  const isEnd = end === -1 ? i === text.length : text.charCodeAt(i) === end
  readTo = i
  return isNumber && isEnd ? value : -1
}
