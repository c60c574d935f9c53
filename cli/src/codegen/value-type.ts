/** The TypeScript type that holds all of these JSON values, on one line. */
export function typeOfValues(values: readonly unknown[]): string {
  const types = new Set<string>()
  const objects: Record<string, unknown>[] = []
  const items: unknown[] = []
  let hasList = false
  for (const value of values) {
    if (Array.isArray(value)) {
      hasList = true
      items.push(...(value as unknown[]))
    } else if (typeof value === 'object' && value !== null) objects.push(value as Record<string, unknown>)
    else types.add(value === null ? 'null' : typeof value)
  }
  if (hasList) types.add(`readonly ${inList(typeOfValues(items))}[]`)
  if (objects.length > 0) types.add(typeOfObjects(objects))
  return types.size === 0 ? 'unknown' : [...types].sort().join(' | ')
}

/** A member that some of the objects lack is optional. */
function typeOfObjects(objects: readonly Record<string, unknown>[]): string {
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))].sort()
  const members = names.map((name) => {
    const holders = objects.filter((object) => Object.hasOwn(object, name))
    const mark = holders.length < objects.length ? '?' : ''
    return `readonly ${quoted(name)}${mark}: ${typeOfValues(holders.map((object) => object[name]))}`
  })
  return names.length === 0 ? 'Record<string, never>' : `{ ${members.join('; ')} }`
}

const inList = (type: string): string => (/ /.test(type) ? `(${type})` : type)

/** A text as TypeScript writes it, whatever is in it. */
export const quoted = (text: string): string =>
  `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll("'", String.raw`\'`)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)}'`
