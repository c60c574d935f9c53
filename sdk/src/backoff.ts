/** Full-jitter back-off: anywhere between nothing and a bound that doubles with every failure in a row. */
export function backoffMs(failures: number, baseMs: number, capMs: number, random: () => number = Math.random): number {
  const bound = Math.min(capMs, baseMs * 2 ** failures)
  return Math.round(random() * bound)
}

/** A period that drifts by up to 20 % either way, so that many clients do not come in step. */
export function jitteredMs(periodMs: number, random: () => number = Math.random): number {
  return Math.round(periodMs * (0.8 + 0.4 * random()))
}

/** Milliseconds that a `Retry-After` header asks for (seconds or an HTTP date), at most an hour; null without one. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (!header?.trim()) return null
  const seconds = Number(header)
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs
  if (!Number.isFinite(waitMs)) return null
  return Math.min(Math.max(0, waitMs), 3_600_000)
}
