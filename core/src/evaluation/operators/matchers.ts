import type { Json, Leaf } from '../flag.ts'
import { isKnownSwitch, readsAsUnleash } from '../foreign/unleash-text.ts'
import { instantMs } from '../instant.ts'
import { Unsupported } from '../unsupported.ts'
import { isInRange, parseAddress, parseRange } from './cidr.ts'
import { orderTo, parseVersion } from './semver.ts'

/** Whether one value of the context fits the operands, which are compiled in. Nothing is converted. */
export type Matcher = (given: unknown) => boolean

/** Makes a test of a pattern in RE2 syntax, unanchored; throws for one that is none. Handed in, because the core depends on nothing. */
export type RegexCompiler = (pattern: string) => (text: string) => boolean

export interface MatcherParts {
  readonly regex: RegexCompiler | undefined
  /** One set for equal lists. */
  readonly setOf: (values: readonly Json[]) => ReadonlySet<unknown>
}

type MatcherOf = (values: readonly Json[], parts: MatcherParts) => Matcher

/** Up to so many values a scan is faster than a set. */
const longestScan = 8

/** A text that matches any of the tests. */
function anyText(tests: readonly ((given: string) => boolean)[]): Matcher {
  const [only] = tests
  if (only !== undefined && tests.length === 1) return (given) => typeof given === 'string' && only(given)
  return (given) => {
    if (typeof given !== 'string') return false
    for (let i = 0; i < tests.length; i++) if ((tests[i] as (given: string) => boolean)(given)) return true
    return false
  }
}

const textMatcher =
  (test: (given: string, wanted: string) => boolean): MatcherOf =>
  (values) =>
    anyText(texts(values).map((wanted) => (given) => test(given, wanted)))

const texts = (values: readonly Json[]): string[] => values.filter((value) => typeof value === 'string')

const numberMatcher =
  (test: (given: number, wanted: number) => boolean, best: (...values: number[]) => number): MatcherOf =>
  (values) => {
    // Any of the operands matches just when the easiest one does.
    const wanted = best(...values.filter((value) => typeof value === 'number'))
    return (given) => typeof given === 'number' && Number.isFinite(given) && test(given, wanted)
  }

const timeMatcher =
  (test: (given: number, wanted: number) => boolean): MatcherOf =>
  (values) => {
    const wanted = values.map(instantMs).filter((ms) => ms !== null)
    return (given) => {
      const ms = instantMs(given)
      return ms !== null && wanted.some((limit) => test(ms, limit))
    }
  }

const versionMatcher =
  (test: (order: number) => boolean): MatcherOf =>
  (values) => {
    const orders = texts(values)
      .map(parseVersion)
      .filter((version) => version !== null)
      .map(orderTo)
    return anyText(orders.map((order) => (given) => test(order(given))))
  }

function inMatcher(values: readonly Json[], { setOf }: MatcherParts): Matcher {
  const [first] = values
  if (values.length === 1) return (given) => given === first
  if (values.length > longestScan) {
    const set = setOf(values)
    return (given) => set.has(given)
  }
  return (given) => {
    for (let i = 0; i < values.length; i++) if (values[i] === given) return true
    return false
  }
}

function regexMatcher(values: readonly Json[], { regex }: MatcherParts): Matcher {
  if (!regex) throw new Unsupported('regular expressions need a compiler, which is not loaded here')
  return anyText(
    texts(values).map((pattern) => {
      try {
        return regex(pattern)
      } catch (error) {
        const why = error instanceof Error ? error.message.slice(0, 200) : 'it is not RE2 syntax'
        throw new Unsupported(`the regular expression "${pattern.slice(0, 80)}" cannot be compiled: ${why}`)
      }
    }),
  )
}

function cidrMatcher(values: readonly Json[]): Matcher {
  const ranges = texts(values)
    .map(parseRange)
    .filter((range) => range !== null)
  return (given) => {
    const address = typeof given === 'string' ? parseAddress(given) : null
    return address !== null && ranges.some((range) => isInRange(address, range))
  }
}

const matchers: Readonly<Record<string, MatcherOf>> = {
  in: inMatcher,
  starts: textMatcher((given, wanted) => given.startsWith(wanted)),
  ends: textMatcher((given, wanted) => given.endsWith(wanted)),
  contains: textMatcher((given, wanted) => given.includes(wanted)),
  regex: regexMatcher,
  cidr: cidrMatcher,
  lt: numberMatcher((given, wanted) => given < wanted, Math.max),
  lte: numberMatcher((given, wanted) => given <= wanted, Math.max),
  gt: numberMatcher((given, wanted) => given > wanted, Math.min),
  gte: numberMatcher((given, wanted) => given >= wanted, Math.min),
  before: timeMatcher((given, wanted) => given < wanted),
  after: timeMatcher((given, wanted) => given > wanted),
  'semver.eq': versionMatcher((order) => order === 0),
  'semver.lt': versionMatcher((order) => order < 0),
  'semver.lte': versionMatcher((order) => order <= 0),
  'semver.gt': versionMatcher((order) => order > 0),
  'semver.gte': versionMatcher((order) => order >= 0),
}

/** The test of a leaf's operator and operands; throws `Unsupported` for what this version does not know. `exists` has none. */
export function compileMatcher(leaf: Leaf, parts: MatcherParts): Matcher {
  const { op, values = [], fold = false, x = {} } = leaf
  const matcherOf = Object.hasOwn(matchers, op) ? matchers[op] : undefined
  if (!matcherOf) throw new Unsupported(`unknown operator "${op}"`)
  const unknown = Object.entries(x).find(([name, value]) => !isKnownSwitch(name, value))
  if (unknown) throw new Unsupported(`unknown switch "${unknown[0]}"`)
  if (readsAsUnleash(x)) return compileForUnleash(leaf, matcherOf, parts)
  const matcher = matcherOf(fold ? values.map(lowered) : values, parts)
  return fold ? (given) => matcher(lowered(given)) : matcher
}

/** Attributes are texts there: numbers are read from them, versions may have space around, and IPv4 is no part of IPv6. */
function compileForUnleash(
  { op, values = [], fold = false }: Leaf,
  matcherOf: MatcherOf,
  parts: MatcherParts,
): Matcher {
  if (op === 'cidr') {
    const isV6 = (text: unknown): boolean => String(text).includes(':')
    const [inV4, inV6] = [false, true].map((v6) =>
      matcherOf(
        values.filter((range) => isV6(range) === v6),
        parts,
      ),
    )
    return (given) => (isV6(given) ? (inV6 as Matcher)(given) : (inV4 as Matcher)(given))
  }
  const matcher = matcherOf(fold ? values.map(lowered) : values, parts)
  if (values.some((value) => typeof value === 'number')) return (given) => matcher(Number(given))
  if (op.startsWith('semver.')) return (given) => matcher(String(given).trim())
  return fold ? (given) => matcher(lowered(given)) : matcher
}

/** By Unicode's default, whatever the language of the machine. */
const lowered = <T>(value: T): T | string => (typeof value === 'string' ? value.toLowerCase() : value)
