import { z } from 'zod'

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const pattern = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/

/** Ten years: beyond them it is a slip of the keyboard, and dates come to an end. */
const longestMs = 3650 * unitMs.d

/** Milliseconds of "10s", "1.5h", "48h"; null when it is no duration, or more than ten years. */
export function parseDuration(text: string): number | null {
  const match = pattern.exec(text)
  if (!match) return null
  const ms = Math.round(Number(match[1]) * unitMs[match[2] as keyof typeof unitMs])
  return ms > longestMs ? null : ms
}

/** The same, or `fallbackMs` where there is none. */
export function durationOf(text: string | undefined, fallbackMs: number): number {
  return text === undefined ? fallbackMs : (parseDuration(text) ?? fallbackMs)
}

/** The shortest exact text: 172,800,000 is "48h", 90,000 is "90s". */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  for (const unit of ['h', 'm', 's'] as const) if (ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`
  return `${ms}ms`
}

/** A duration as people write it. */
export const durationSchema = z
  .string()
  .refine((text) => parseDuration(text) !== null, {
    error: 'Expected a duration such as "10s", "30m", "1.5h", "48h" or "7d": one number, one unit, ten years at most.',
  })
  .meta({ id: 'Duration', description: 'A duration such as "10s", "30m", "48h" or "7d".' })
