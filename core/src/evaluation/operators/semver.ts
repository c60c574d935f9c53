const pattern = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

type Version = readonly [core: readonly string[], pre: readonly string[]]

function parse(text: unknown): Version | null {
  const match = typeof text === 'string' ? pattern.exec(text) : null
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

/** Precedence of two versions as SemVer 2.0.0 has it; null when either is none. */
export function compareVersions(left: unknown, right: unknown): number | null {
  const [a, b] = [parse(left), parse(right)]
  if (!a || !b) return null
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
