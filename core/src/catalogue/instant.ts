import { instantMs } from '../evaluation/instant.ts'

const datePattern = /^\d{4}-\d{2}-\d{2}$/
const dayMs = 86_400_000

/** Milliseconds of an RFC 3339 time, or of a date, which begins at 00:00 UTC; null when it is neither. */
export function readInstant(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const ms = instantMs(datePattern.test(value) ? `${value}T00:00:00Z` : value)
  // Some engines take 31 February for 3 March.
  return ms === null || (datePattern.test(value) && writeInstant(ms) !== value) ? null : ms
}

/** The canonical text: a date where the day begins, else the time in UTC. */
export function writeInstant(ms: number): string {
  // Writing an instant needs no clock.
  // oxlint-disable-next-line no-restricted-globals
  const text = new Date(ms).toISOString()
  if (ms % dayMs === 0) return text.slice(0, 10)
  return text.replace('.000Z', 'Z')
}

/** Minutes since midnight, UTC. */
export const minuteOfDay = (ms: number): number => Math.floor((((ms % dayMs) + dayMs) % dayMs) / 60_000)

/** 1 for Monday to 7 for Sunday, UTC. */
export const isoWeekday = (ms: number): number => ((((Math.floor(ms / dayMs) + 3) % 7) + 7) % 7) + 1
