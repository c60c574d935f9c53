// `JSON.parse` does not always say where it stopped. This walks the same grammar, only to find the place.

/** What is wrong with a JSON text, and where (an index into it); null when nothing is. */
export function locateJsonError(text: string): { index: number; expected: string } | null {
  const walker = new Walker(text)
  try {
    walker.value()
    walker.space()
    if (walker.index < text.length) walker.fail('the end')
    return null
  } catch (error) {
    if (error instanceof Found) return { index: error.index, expected: error.expected }
    throw error
  }
}

/** Line and column as editors count them, from 1. */
export function lineAndColumn(text: string, index: number): { line: number; column: number } {
  const before = text.slice(0, index)
  const line = before.split('\n').length
  return { line, column: index - before.lastIndexOf('\n') }
}

class Found {
  readonly index: number
  readonly expected: string

  constructor(index: number, expected: string) {
    this.index = index
    this.expected = expected
  }
}

const space = /[ \t\n\r]*/y
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// Control characters are what JSON forbids inside a string.
// eslint-disable-next-line no-control-regex
const stringBody = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y

class Walker {
  readonly #text: string
  index = 0

  constructor(text: string) {
    this.#text = text
  }

  fail(expected: string): never {
    throw new Found(this.index, expected)
  }

  space(): void {
    this.#take(space)
  }

  value(): void {
    this.space()
    const next = this.#text[this.index]
    if (next === '{') this.#members('}', () => this.#member())
    else if (next === '[') this.#members(']', () => this.value())
    else if (next === '"') this.#string()
    else if (!this.#take(literal)) this.fail('a value (text in double quotes, a number, true, false, null, { or [)')
  }

  #members(end: '}' | ']', one: () => void): void {
    this.index += 1
    this.space()
    if (this.#skip(end)) return
    for (;;) {
      one()
      this.space()
      if (this.#skip(end)) return
      if (!this.#skip(',')) this.fail(`"," or "${end}"`)
    }
  }

  #member(): void {
    this.space()
    if (this.#text[this.index] !== '"') this.fail('a name in double quotes')
    this.#string()
    this.space()
    if (!this.#skip(':')) this.fail('":"')
    this.value()
  }

  #string(): void {
    this.index += 1
    this.#take(stringBody)
    if (!this.#skip('"')) this.fail(this.index < this.#text.length ? 'an escaped character' : 'a closing quote')
  }

  #skip(character: string): boolean {
    if (this.#text[this.index] !== character) return false
    this.index += 1
    return true
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.index
    const match = pattern.exec(this.#text)
    if (match) this.index = pattern.lastIndex
    return match !== null && match[0] !== ''
  }
}
