/** A copy of plain JSON, so that whoever changes a value they were given changes it for nobody else. */
export function copyJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyJson)
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(value)) copy[name] = copyJson((value as Record<string, unknown>)[name])
  return copy
}
