const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/** Milliseconds of an RFC 3339 time with its zone, or of a number that is milliseconds already; null when it is neither. */
export function instantMs(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null
  if (typeof value !== 'string' || !pattern.test(value)) return null
  // Parsing a text needs no clock.
  // oxlint-disable-next-line no-restricted-globals
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? null : ms
}
