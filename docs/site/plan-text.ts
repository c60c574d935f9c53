/** A plan as people write it: a field a line, an entry of a list a line. */
export function planText(plan: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(plan).map(([name, value]) => {
    const isList = Array.isArray(value) && value.some((item) => typeof item === 'object')
    const text = isList ? `[\n${value.map((item) => `    ${oneLine(item)}`).join(',\n')}\n  ]` : oneLine(value)
    return `  ${JSON.stringify(name)}: ${text}`
  })
  return `{\n${fields.join(',\n')}\n}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${oneLine(inner)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}
