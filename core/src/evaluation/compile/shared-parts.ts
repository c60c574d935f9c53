import type { Condition, Json, Segment } from '../flag.ts'
import type { RegexCompiler } from '../operators/matchers.ts'
import { checkCondition } from '../parse/check-condition.ts'
import { Faults } from '../faults.ts'
import { Unsupported } from '../unsupported.ts'
import {
  type CompiledCondition,
  type ConditionParts,
  type Test,
  compileCondition,
  compileTests,
} from './compile-condition.ts'

/** What the flags of one set have in common: segments, each compiled when first named, and equal lists as one set. */
export class SharedParts implements ConditionParts {
  readonly regex: RegexCompiler | undefined
  readonly #segments: Readonly<Record<string, Segment>>
  readonly #compiled = new Map<string, CompiledCondition | Unsupported>()
  readonly #open: string[] = []
  readonly #sets = new Map<string, ReadonlySet<unknown>>()
  readonly #tests = new Map<string, readonly Test[]>()

  constructor(segments: Readonly<Record<string, Segment>>, regex: RegexCompiler | undefined) {
    this.#segments = segments
    this.regex = regex
  }

  setOf = (values: readonly Json[]): ReadonlySet<unknown> => {
    const id = JSON.stringify(values)
    const known = this.#sets.get(id)
    if (known) return known
    const made = new Set(values)
    this.#sets.set(id, made)
    return made
  }

  testsOf = (condition: Condition): readonly Test[] => {
    const id = JSON.stringify(condition)
    const known = this.#tests.get(id)
    if (known) return known
    const made = compileTests(condition, this)
    this.#tests.set(id, made)
    return made
  }

  segment = (name: string): CompiledCondition => {
    const known = this.#compiled.get(name) ?? this.#compile(name)
    if (known instanceof Unsupported) throw known
    return known
  }

  #compile(name: string): CompiledCondition | Unsupported {
    if (this.#open.includes(name))
      throw new Unsupported(`segments that name each other: ${[...this.#open, name].join(' → ')}`)
    this.#open.push(name)
    let compiled: CompiledCondition | Unsupported
    try {
      compiled = this.#read(name)
    } catch (error) {
      compiled = error instanceof Unsupported ? error : new Unsupported(`the segment "${name}" cannot be read`)
    }
    this.#open.pop()
    this.#compiled.set(name, compiled)
    return compiled
  }

  #read(name: string): CompiledCondition {
    const segment = Object.hasOwn(this.#segments, name) ? this.#segments[name] : undefined
    if (!segment) throw new Unsupported(`unknown segment "${name}"`)
    const faults = new Faults()
    checkCondition('/if', segment.if, faults, { lenient: true })
    const [fault] = faults.found
    if (fault) throw new Unsupported(`the segment "${name}" cannot be read: ${fault.pointer} ${fault.message}`)
    return compileCondition(segment.if, this)
  }
}
