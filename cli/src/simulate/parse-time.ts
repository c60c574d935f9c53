const pattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i

/** Digits of a time since 1970, before any decimal point, and milliseconds of its unit: s, ms, us, ns. */
const sinceEpoch: readonly (readonly [digits: RegExp, ms: number])[] = [
  [/^\d{9,10}(?:\.\d+)?$/, 1000],
  [/^\d{12,13}(?:\.\d+)?$/, 1],
  [/^\d{15,16}$/, 1e-3],
  [/^\d{18,19}$/, 1e-6],
]

/**
 * Milliseconds of a time as logs write it: RFC 3339, the same without a zone (read as UTC, never as local time), or seconds,
 * milliseconds, micro- or nanoseconds since 1970. Null when it is none of these.
 */
export function parseTime(text: string): number | null {
  const unit = sinceEpoch.find(([digits]) => digits.test(text))
  if (unit) return Math.round(Number(text) * unit[1])
  const match = pattern.exec(text.trim())
  if (!match) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  if (new Date(ms).getUTCDate() !== Number(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return null
  return ms + Math.floor(Number(`0.${fraction}`) * 1000) - offsetMs(zone)
}

function offsetMs(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone)
  if (!match) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return (match[1] === '-' ? -1 : 1) * minutes * 60_000
}
