/** A copy of plain JSON, so that whoever changes a value they were given changes it for nobody else. */
export function copyJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyJson)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyJson(part)]))
}
