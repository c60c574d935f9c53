/** Whether a value can stand in for the fallback. Without a fallback to go by, any type will do. */
export const isSameType = (value: unknown, fallback: unknown): boolean =>
  fallback === undefined || fallback === null || typeOf(value) === typeOf(fallback)

/** Why a value cannot stand in for the fallback. */
export const mismatch = (variant: string, value: unknown, fallback: unknown): string =>
  `The variant "${variant}" holds ${typeOf(value)}, the fallback ${typeOf(fallback)}.`

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

/** True when the value is `true`, or for flags of other types when the variant is not the flag's `off`. */
export const isOn = (found: {
  readonly value?: unknown
  readonly variant: string | null
  readonly off: string | null
}): boolean => (typeof found.value === 'boolean' ? found.value : found.variant !== null && found.variant !== found.off)
