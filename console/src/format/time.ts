// Spans and instants as people read them. Instants are RFC 3339 texts, spans milliseconds.

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'm', ms: 60_000 },
  { name: 's', ms: 1000 },
] as const
const fixedSpace = '\u00a0'

/** The two largest units of a span: 6 h 14 m, 42 s. */
export function formatSpan(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000)) * 1000
  const first = units.findIndex((unit) => whole >= unit.ms)
  const unit = units[first]
  if (unit === undefined) return `0${fixedSpace}s`
  const next = units[first + 1]
  const large = `${Math.floor(whole / unit.ms)}${fixedSpace}${unit.name}`
  const rest = next === undefined ? 0 : Math.floor((whole % unit.ms) / next.ms)
  return next === undefined || rest === 0 ? large : `${large}${fixedSpace}${rest}${fixedSpace}${next.name}`
}

/** How long ago: "just now", "42 s ago", "3 d ago"; one unit is enough. */
export function formatAge(at: string, nowMs: number): string {
  const ms = nowMs - Date.parse(at)
  if (ms < 1000) return 'just now'
  const unit = units.find((each) => ms >= each.ms) ?? units[3]
  return `${Math.floor(ms / unit.ms)}${fixedSpace}${unit.name} ago`
}

/** Time of day: 14:03, or 14:03:09 where seconds matter. */
export function formatClock(at: string | number, precision: 'minutes' | 'seconds' = 'minutes'): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(precision === 'seconds' ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  }).format(new Date(at))
}

/** Date and time in full, for titles of short forms: 21 Nov 2026, 14:03:09. */
export function formatInstant(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at))
}

/** A duration of the wire ("48h", "90s") with a space: 48 h. */
export function formatDurationText(text: string): string {
  return text.replace(/^([\d.]+)([a-z]+)$/, `$1${fixedSpace}$2`)
}

/** A day: 21 Nov 2026. Prices begin at midnight UTC, so the day is theirs. */
export function formatDate(at: string | number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(at))
}
