/** Numbers and times as sentences show them. */

/** At most three significant digits, no exponent, no trailing zeros. */
export function shortNumber(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  const digits = size >= 100 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))))
  const text = value.toFixed(digits)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** A share out of 100,000 as percent, to its last step: "10 %", "0.5 %", "99.999 %". */
export const percentText = (sharePer100k: number): string => `${sharePer100k / 1000} %`

/** A ratio or a rate in the unit of its limit: "2.9x", "5 %", "812 ms". */
export function amountText(value: number, compare: 'ratio' | 'absolute', stat: string, unit: string): string {
  if (compare === 'ratio') return `${shortNumber(value)}x`
  if (stat === 'rate') return `${shortNumber(value * 100)} %`
  return unit === '' ? shortNumber(value) : `${shortNumber(value)} ${unit}`
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** A span in its two largest units: "2 h 10 m", "43 s". */
export function spanText(ms: number): string {
  const parts: string[] = []
  let left = Math.max(0, Math.ceil(ms / 1000) * 1000)
  for (const [name, size] of units) {
    const count = Math.floor(left / size)
    left -= count * size
    if (count > 0) parts.push(`${count} ${name}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.length === 0 ? '0 s' : parts.join(' ')
}

const two = (value: number) => String(Math.floor(value)).padStart(2, '0')

/** Time of day in UTC: "12:04:10 UTC". */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000) % 86_400
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)} UTC`
}

/** "a", "a and b", "a, b and c". */
export function listText(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('')
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
