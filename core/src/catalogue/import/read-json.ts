/** A fault inside a file: an index into its text. */
export interface JsonFault {
  readonly path: readonly string[]
  readonly index: number
  readonly code: string
  readonly message: string
}

/** One value of a file, as deep as the caller wanted to go. */
export interface JsonPart {
  readonly path: readonly string[]
  /** Where the value begins. */
  readonly index: number
  readonly value: unknown
  readonly faults: readonly JsonFault[]
  /** Where the values at the depth asked for begin, by `markOf` of their path. */
  readonly marks: ReadonlyMap<string, number>
}

/** What a mark is found by. */
export const markOf = (path: readonly string[]): string => path.join('\0')

export interface JsonSplit {
  /** Whether the container at that path is gone into, so that what is in it comes one by one. */
  readonly isSplit: (path: readonly string[]) => boolean
  /** At which depth of the file places are noted. */
  readonly markDepth: number
}

/** The text is no JSON from `index` on: what follows cannot be told. */
export class JsonBroken extends Error {
  override readonly name = 'JsonBroken'
  readonly index: number

  constructor(index: number, message: string) {
    super(message)
    this.index = index
  }
}

const deepest = 32
const reserved = new Set(['__proto__', 'prototype', 'constructor'])
const blanks = /[ \t\n\r]*/y
const numbers = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const words = /true|false|null|-?NaN|-?Infinity/y
// What JSON wants escaped is taken as it stands, and told.
// oxlint-disable-next-line no-control-regex
const plain = /[^"\\\u0000-\u001f]*/y
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/**
 * Reads JSON part by part, so that a large file never stands in memory twice and the caller may pause between parts.
 * Containers at which `isSplit` is true are gone into; everything below them comes as a whole. What spoils a part only
 * (a name twice, a reserved name, NaN, too deep) comes as its fault. Numbers that JavaScript would round stay text.
 *
 * Throws JsonBroken where the text stops being JSON.
 */
export function* readJsonParts(text: string, { isSplit, markDepth }: JsonSplit): Generator<JsonPart> {
  const reader = new JsonReader(text, markDepth)
  yield* reader.parts([], isSplit)
  reader.end()
}

/** Where a value stands that a path leads to from `index`, or the last thing on the way that is there. */
export function locateJson(text: string, index: number, path: readonly string[]): number {
  const reader = new JsonReader(text, -1)
  return reader.locate(index, path)
}

class JsonReader {
  readonly #text: string
  #index = 0
  #path: string[] = []
  #faults: JsonFault[] = []
  #marks = new Map<string, number>()
  readonly #markDepth: number

  constructor(text: string, markDepth: number) {
    this.#text = text
    this.#markDepth = markDepth
  }

  *parts(path: readonly string[], isSplit: (path: readonly string[]) => boolean): Generator<JsonPart> {
    this.#skipBlanks()
    const index = this.#index
    const open = this.#text[index]
    if ((open !== '{' && open !== '[') || !isSplit(path)) {
      yield this.#part(path, [])
      return
    }
    const names = new Set<string>()
    for (const name of this.#members(open)) {
      const inner = [...path, name]
      const isTwice = open === '{' && names.has(name)
      if (isTwice) yield this.#part(inner, [twice(inner, this.#index)])
      else if (reserved.has(name)) yield this.#part(inner, [notAllowed(inner, this.#index)])
      else yield* this.parts(inner, isSplit)
      if (open === '{') names.add(name)
    }
  }

  end(): void {
    this.#skipBlanks()
    if (this.#index < this.#text.length) this.#fail('the end of the file')
  }

  locate(index: number, path: readonly string[]): number {
    this.#index = index
    for (const wanted of path) {
      this.#skipBlanks()
      const start = this.#index
      const open = this.#text[start]
      if (open !== '{' && open !== '[') return start
      let found: number | null = null
      for (const name of this.#members(open)) {
        this.#skipBlanks()
        if (name === wanted && found === null) found = this.#index
        this.#path = []
        this.#value(0)
      }
      if (found === null) return start
      this.#index = found
    }
    this.#skipBlanks()
    return this.#index
  }

  #part(path: readonly string[], first: readonly JsonFault[]): JsonPart {
    this.#skipBlanks()
    const index = this.#index
    this.#path = [...path]
    this.#faults = [...first]
    this.#marks = new Map()
    const value = this.#value(path.length)
    return { path, index, value, faults: this.#faults, marks: this.#marks }
  }

  /** The names of an object or a list, one by one; the caller reads the value in between. */
  *#members(open: string): Generator<string> {
    const close = open === '{' ? '}' : ']'
    this.#index += 1
    this.#skipBlanks()
    if (this.#take(close)) return
    for (let position = 0; ; position += 1) {
      this.#skipBlanks()
      if (open === '{') {
        if (this.#text[this.#index] !== '"') this.#fail('a name in double quotes')
        const name = this.#string()
        this.#skipBlanks()
        if (!this.#take(':')) this.#fail('a colon')
        yield name
      } else yield String(position)
      this.#skipBlanks()
      if (this.#take(close)) return
      if (!this.#take(',')) this.#fail(`a comma or "${close}"`)
    }
  }

  #value(depth: number): unknown {
    this.#skipBlanks()
    if (depth === this.#markDepth) this.#marks.set(markOf(this.#path), this.#index)
    const character = this.#text[this.#index]
    if (character === '"') return this.#string()
    if (character === '{' || character === '[') {
      if (depth >= deepest) return this.#passOver()
      return character === '{' ? this.#object(depth) : this.#list(depth)
    }
    return this.#scalar()
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    for (const name of this.#members('{')) {
      this.#path.push(name)
      const index = this.#index
      if (reserved.has(name)) this.#faults.push(notAllowed(this.#path, index))
      else if (Object.hasOwn(object, name)) this.#faults.push(twice(this.#path, index))
      const value = this.#value(depth + 1)
      if (!reserved.has(name)) object[name] = value
      this.#path.pop()
    }
    return object
  }

  #list(depth: number): unknown[] {
    const list: unknown[] = []
    for (const position of this.#members('[')) {
      this.#path.push(position)
      list.push(this.#value(depth + 1))
      this.#path.pop()
    }
    return list
  }

  #scalar(): unknown {
    const index = this.#index
    const word = this.#match(words)
    if (word === 'null') return null
    if (word === 'true' || word === 'false') return word === 'true'
    if (word !== '') {
      this.#fault(index, 'not_json', `${word} is no number that JSON knows: leave the field out, or write the amount.`)
      return undefined
    }
    const digits = this.#match(numbers)
    if (digits === '') this.#fail('a value')
    const number = Number(digits)
    // Up to 15 digits a double gives back what was written.
    return digits.length <= 15 || String(number) === digits ? number : digits
  }

  #string(): string {
    const start = this.#index
    this.#index += 1
    let text = this.#match(plain)
    for (;;) {
      const character = this.#text[this.#index]
      if (character === undefined) this.#fail('the closing quote')
      this.#index += 1
      if (character === '"') break
      if (character === '\\') text += this.#escaped()
      else this.#fault(start, 'invalid_text', 'The text holds a control character: escape it.')
      text += this.#match(plain)
    }
    if (text.includes('\0') || !text.isWellFormed())
      this.#fault(start, 'invalid_text', 'The text holds a NUL or half of a surrogate pair: take it out.')
    return text
  }

  #escaped(): string {
    const letter = this.#text[this.#index] ?? ''
    this.#index += 1
    const known = escapes[letter]
    if (known !== undefined) return known
    const code = this.#text.slice(this.#index, this.#index + 4)
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(code)) this.#fail('an escape that JSON knows')
    this.#index += 4
    return String.fromCharCode(Number.parseInt(code, 16))
  }

  /** Goes to the end of a container without taking it in, however deep it is. */
  #passOver(): undefined {
    this.#fault(this.#index, 'too_complex', `It is nested more than ${deepest} deep: make it flatter.`)
    let open = 0
    do {
      const character = this.#text[this.#index]
      if (character === undefined) this.#fail('a closing bracket')
      if (character === '"') {
        this.#string()
        continue
      }
      if (character === '{' || character === '[') open += 1
      else if (character === '}' || character === ']') open -= 1
      this.#index += 1
    } while (open > 0)
    return undefined
  }

  #fault(index: number, code: string, message: string): void {
    this.#faults.push({ path: [...this.#path], index, code, message })
  }

  #fail(expected: string): never {
    const found = this.#text.slice(this.#index, this.#index + 10)
    throw new JsonBroken(
      this.#index,
      `Expected ${expected}, found ${found === '' ? 'the end' : JSON.stringify(found)}.`,
    )
  }

  #take(character: string): boolean {
    if (this.#text[this.#index] !== character) return false
    this.#index += 1
    return true
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#index
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#index += found.length
    return found
  }

  #skipBlanks(): void {
    const code = this.#text.charCodeAt(this.#index)
    if (code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d) this.#match(blanks)
  }
}

const twice = (path: readonly string[], index: number): JsonFault => ({
  path: [...path],
  index,
  code: 'duplicate',
  message: `The name "${(path.at(-1) ?? '').slice(0, 80)}" stands twice: keep one of them.`,
})

const notAllowed = (path: readonly string[], index: number): JsonFault => ({
  path: [...path],
  index,
  code: 'reserved',
  message: `The name "${path.at(-1)}" is not allowed anywhere: choose another.`,
})
