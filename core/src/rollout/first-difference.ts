/** The first place at which two plain values differ; numbers may by `tolerance` of their size (of 1, if they are smaller). */
export function firstDifference(
  recorded: unknown,
  replayed: unknown,
  tolerance: number,
  path = '',
): { readonly what: string; readonly recorded: unknown; readonly replayed: unknown } | null {
  if (typeof recorded === 'number' && typeof replayed === 'number') {
    const size = Math.max(1, Math.abs(recorded), Math.abs(replayed))
    return Math.abs(recorded - replayed) <= tolerance * size ? null : { what: path, recorded, replayed }
  }
  if (!isObject(recorded) || !isObject(replayed) || Array.isArray(recorded) !== Array.isArray(replayed))
    return Object.is(recorded, replayed) ? null : { what: path, recorded, replayed }
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(replayed)])) {
    const found = firstDifference(recorded[key], replayed[key], tolerance, path === '' ? key : `${path}.${key}`)
    if (found) return found
  }
  return null
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
