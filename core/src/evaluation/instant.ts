const pattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-](\d{2}):(\d{2}))$/
const longMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Milliseconds of an RFC 3339 time with its zone, or of a number that is milliseconds already; null when it is neither. */
export function instantMs(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null
  const match = typeof value === 'string' ? pattern.exec(value) : null
  if (!match) return null
  const [, year, month, day, hour, minute, second, , , zoneHour = 0, zoneMinute = 0] = match.map(Number)
  if (!isDay(year as number, month as number, day as number)) return null
  if ((hour as number) > 23 || (minute as number) > 59 || (second as number) > 59) return null
  if (zoneHour > 23 || zoneMinute > 59) return null
  // Parsing a text needs no clock.
  // oxlint-disable-next-line no-restricted-globals
  const ms = Date.parse(value as string)
  return Number.isNaN(ms) ? null : ms
}

/** `Date` would read 30 February as 1 March. */
function isDay(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const longest = month === 2 && !isLeap ? 28 : longMonths[month - 1]
  return longest !== undefined && day >= 1 && day <= longest
}
