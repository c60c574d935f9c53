import { type Context, attribute, isInherited } from '../context.ts'
import type { Condition, Leaf } from '../flag.ts'
import { readsAsUnleash, unleashText } from '../foreign/unleash-text.ts'
import { type MatcherParts, type Matcher, compileMatcher } from '../operators/matchers.ts'
import { Unsupported } from '../unsupported.ts'

/** Whether a condition holds in a context that is `readable`; `now` in milliseconds since 1970. */
export type Test = (context: Context, now: number) => boolean

/** A condition made ready, and how many nodes a look at it may cost. */
export interface CompiledCondition {
  readonly test: Test
  readonly nodes: number
}

export interface ConditionParts extends MatcherParts {
  /** One list of tests for equal conditions. */
  readonly testsOf: (condition: Condition) => readonly Test[]
  /** The condition of a segment; throws `Unsupported` where there is none. */
  readonly segment: (name: string) => CompiledCondition
}

const deepest = 32
/** A condition with its segments written out; segments within segments could multiply without end. */
const mostNodes = 20_000

/** The tests that all must hold; the parts of an outer `all` one by one, which is a call less for each evaluation. */
export function compileTests(condition: Condition, parts: ConditionParts): readonly Test[] {
  const outer = 'all' in condition ? condition.all : [condition]
  const compiled = outer.map((part) => compileCondition(part, parts, 1))
  checkSize(compiled)
  return compiled.map(({ test }) => test)
}

/** Throws `Unsupported` when any part of the condition is, whether or not an evaluation would have come across it. */
export function compileCondition(condition: Condition, parts: ConditionParts, depth = 0): CompiledCondition {
  if (depth > deepest) throw new Unsupported('conditions nested too deeply')
  const deeper = (part: Condition) => compileCondition(part, parts, depth + 1)
  if ('all' in condition) return group(condition.all.map(deeper), every)
  if ('any' in condition) return group(condition.any.map(deeper), some)
  if ('not' in condition) {
    const { test, nodes } = deeper(condition.not)
    return { test: (context, now) => !test(context, now), nodes: nodes + 1 }
  }
  if ('segment' in condition) return parts.segment(condition.segment)
  if (typeof condition !== 'object' || !('attr' in condition)) throw new Unsupported('a condition of an unknown kind')
  return { test: compileLeaf(condition, parts), nodes: 1 }
}

function group(parts: readonly CompiledCondition[], combine: (tests: readonly Test[]) => Test): CompiledCondition {
  return { test: combine(parts.map(({ test }) => test)), nodes: checkSize(parts) }
}

function checkSize(parts: readonly CompiledCondition[]): number {
  const nodes = parts.reduce((sum, part) => sum + part.nodes, 1)
  if (nodes > mostNodes) throw new Unsupported('segments within segments that come to too many conditions')
  return nodes
}

const every =
  (tests: readonly Test[]): Test =>
  (context, now) => {
    for (let i = 0; i < tests.length; i++) if (!(tests[i] as Test)(context, now)) return false
    return true
  }

const some =
  (tests: readonly Test[]): Test =>
  (context, now) => {
    for (let i = 0; i < tests.length; i++) if ((tests[i] as Test)(context, now)) return true
    return false
  }

function compileLeaf(leaf: Leaf, parts: MatcherParts): Test {
  const path = typeof leaf.attr === 'string' ? [leaf.attr] : leaf.attr
  const negate = leaf.negate === true
  const read = reader(path)
  if (leaf.op === 'exists')
    return (context, now) => {
      const given = read(context, now)
      return (given === undefined || given === null) === negate
    }
  const match = compileMatcher(leaf, parts)
  if (readsAsUnleash(leaf.x))
    return (context) => {
      const text = unleashText(context, path[0] ?? '')
      return text !== null && match(text) !== negate
    }
  const [name = ''] = path
  if (path.length > 1 || name.startsWith('$') || isInherited(name))
    return (context, now) => matches(read(context, now), match, negate)
  return (context) => {
    const given = context[name]
    return typeof given === 'object' || given === undefined ? matches(given, match, negate) : match(given) !== negate
  }
}

/** Absent is false, also negated. Of a list any element that is not null may match; negated, none of them. */
function matches(given: unknown, match: Matcher, negate: boolean): boolean {
  if (given === undefined || given === null) return false
  if (!Array.isArray(given)) return match(given) !== negate
  for (const item of given) if (item !== null && item !== undefined && match(item)) return !negate
  return negate
}

/** One literal name, or a path; names with a leading `$` are ours. */
function reader(path: readonly string[]): (context: Context, now: number) => unknown {
  const [first = '', ...rest] = path
  if (first.startsWith('$')) return first === '$now' && rest.length === 0 ? (_, now) => now : () => undefined
  return (context) => {
    let value = attribute(context, first)
    for (const name of rest) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
      value = attribute(value as Context, name)
    }
    return value
  }
}
