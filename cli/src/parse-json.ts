/**
 * JSON that people wrote. A byte order mark is no part of it. A name that stands twice in one object is refused: `JSON.parse` takes the
 * last, other readers the first, and who wrote it meant one of the two. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text
  const value: unknown = JSON.parse(json)
  const repeated = findRepeatedName(json)
  if (repeated !== null) throw new SyntaxError(`The name ${repeated} stands twice in one object: take one out.`)
  return value
}

const quote = 0x22
const backslash = 0x5c
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** Of well-formed JSON; as it is written there. */
function findRepeatedName(json: string): string | null {
  const open: Set<string>[] = []
  for (let i = 0; i < json.length; i++) {
    const character = json[i]
    // A list has names only in what it holds; an empty set keeps its place.
    if (character === '{' || character === '[') open.push(new Set())
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = endOfText(json, i)
      let next = end
      while (isSpace(json.charCodeAt(next))) next++
      if (json[next] === ':') {
        const written = json.slice(i, end)
        const name = written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1)
        const names = open.at(-1)
        if (names?.has(name)) return written
        names?.add(name)
      }
      i = end - 1
    }
  }
  return null
}

/** Behind the closing quote. */
function endOfText(json: string, start: number): number {
  let i = start + 1
  while (json.charCodeAt(i) !== quote) i += json.charCodeAt(i) === backslash ? 2 : 1
  return i + 1
}
