// Flags as people might write them, for property tests: every field, every operator, nested conditions, splits and lists.
import * as fc from 'fast-check'
import {
  type Condition,
  type Flag,
  type Json,
  type Leaf,
  type Rule,
  type Segment,
  type Serve,
  operators,
} from '../src/evaluation/flag.ts'

const attributes = [
  'plan',
  'country',
  'n',
  'version',
  'ip',
  'at',
  'tags',
  'user',
  'ü',
  '__proto__',
  'constructor',
  '$now',
]
/** Few enough that flags and contexts often meet. */
const words = ['pro', 'PRO', 'free', 'DE', 'us', '', 'a.b', '10.1.2.3', '2.3.0', '日本', '😀', 'user_1', '42'] as const
const instants = ['2026-01-01T00:00:00Z', '2026-11-20T10:00:00.5+01:00', '1970-01-01T00:00:00Z'] as const

const attr = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...attributes) },
  fc.array(fc.constantFrom(...attributes, 'plan', 'deep'), { minLength: 1, maxLength: 3 }),
)

const operands: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  in: fc.oneof(fc.constantFrom(...words), fc.integer({ min: -2, max: 5 }), fc.boolean()),
  text: fc.constantFrom('p', 'pro', 'o', 'DE', '', 'ü', '.'),
  regex: fc.constantFrom('^p', 'o$', '[a-z]+', '(?i)PRO', '\\d+\\.\\d+', ''),
  cidr: fc.constantFrom('10.0.0.0/8', '::/0', '2001:db8::/32', '1.2.3.4', '0.0.0.0/0'),
  number: fc.oneof(fc.integer({ min: -3, max: 5 }), fc.constantFrom(0.5, -0, 1e12)),
  instant: fc.oneof(fc.constantFrom(...instants), fc.constantFrom(0, 1_760_000_000_000)),
  version: fc.constantFrom('1.0.0', '2.3.0', '2.3.0-rc.1', '10.0.0', '0.0.1+b'),
}

function operandsOf(op: string): fc.Arbitrary<Json> {
  if (op.startsWith('semver.')) return operands['version'] as fc.Arbitrary<Json>
  const kind =
    { starts: 'text', ends: 'text', contains: 'text', lt: 'number', lte: 'number', gt: 'number', gte: 'number' }[op] ??
    { before: 'instant', after: 'instant' }[op] ??
    op
  return operands[kind] as fc.Arbitrary<Json>
}

const leaf: fc.Arbitrary<Condition> = fc.constantFrom(...operators).chain((op): fc.Arbitrary<Leaf> =>
  op === 'exists'
    ? fc.record(
        { attr: attr as fc.Arbitrary<string[]>, op: fc.constant(op), negate: fc.boolean() },
        { requiredKeys: ['attr', 'op'] },
      )
    : fc.record(
        {
          attr: attr as fc.Arbitrary<string[]>,
          op: fc.constant(op),
          values: fc.array(operandsOf(op), { minLength: 1, maxLength: 11 }),
          negate: fc.boolean(),
          ...(['in', 'starts', 'ends', 'contains'].includes(op) ? { fold: fc.boolean() } : {}),
        },
        { requiredKeys: ['attr', 'op', 'values'] },
      ),
)

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: leaf },
    fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
    { weight: 1, arbitrary: fc.constantFrom({ segment: 'first' }, { segment: 'second' }) },
  ),
}))

const by = fc.constantFrom('targetingKey', 'account', ['account', 'targetingKey'], ['plan'], undefined)

/** `prefix` keeps the salts of a flag's draws apart, as splits need it. */
const bucket = (prefix: string) =>
  fc
    .record({ salt: fc.constantFrom(`${prefix}a`, `${prefix}0123456789abc`), by })
    .map(({ salt, by: given }) => (given === undefined ? { salt } : { salt, by: given }))

function serve(names: readonly string[], prefix: string): fc.Arbitrary<Serve> {
  const split = fc
    .tuple(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }), bucket(prefix), fc.nat(100_000))
    .map(([variants, draw, first]) => {
      const rest = 100_000 - first
      const weights = variants.map((_, i) => (i === 0 ? (variants.length === 1 ? 100_000 : first) : 0))
      if (variants.length > 1) weights[variants.length - 1] = rest
      return { split: variants.map((variant, i) => [variant, weights[i] as number] as const), ...draw }
    })
  return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...names) }, split)
}

const share = fc.oneof(fc.constantFrom(0, 1, 50_000, 99_999, 100_000), fc.nat(100_000))

const rule = (names: readonly string[], index: number): fc.Arbitrary<Rule> =>
  fc.record(
    {
      id: fc.constant(`r${index}`),
      if: condition,
      sample: fc.tuple(share, bucket('sample')).map(([value, draw]) => ({ share: value, ...draw })),
      serve: serve(names, `rule${index}`),
    },
    { requiredKeys: ['id', 'serve'] },
  )

/** Each type that the variants of a flag may have. */
const variants = fc.constantFrom<Readonly<Record<string, Json>>[]>(
  { on: true, off: false },
  { on: 1, off: 0, third: -2.5 },
  { on: 'b', off: '', 'ü 😀': 'c' },
  { on: { model: 'x', list: [1, null] }, off: {} },
)

const entry = fc.record(
  { unit: fc.constantFrom(...words.filter((word) => word !== '')), expires: fc.constantFrom(...instants) },
  { requiredKeys: ['unit'] },
)
const entries = fc.uniqueArray(entry, { maxLength: 8, selector: ({ unit }) => unit })

/** A valid flag; it may require the flags of these keys. */
export const arbitraryFlag = (others: readonly string[] = []): fc.Arbitrary<Flag> =>
  variants.chain((values) => {
    const names = Object.keys(values)
    const variant = fc.constantFrom(...names)
    const ruleCount = fc.integer({ min: 0, max: 4 })
    return fc
      .record(
        {
          enabled: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
          variants: fc.constant(values),
          off: fc.option(variant),
          force: variant,
          requires: fc.array(
            fc.record(
              {
                flag: fc.constantFrom(...others, 'nowhere'),
                variants: fc.array(fc.constantFrom('on', 'off', 'third'), { maxLength: 2 }),
                on: fc.boolean(),
              },
              { requiredKeys: ['flag'] },
            ),
            { minLength: 1, maxLength: 2 },
          ),
          lists: fc.tuple(entries, fc.nat(8), variant),
          rules: ruleCount.chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => rule(names, i)))),
          serve: fc.option(serve(names, 'fallthrough')),
        },
        { requiredKeys: ['enabled', 'variants', 'off', 'serve'] },
      )
      .map(({ lists, force, requires, ...flag }): Flag => {
        const [listed = [], cut = 0, included = 'on'] = lists ?? []
        return {
          ...flag,
          // Rare in life, and they hide everything below them.
          ...(force !== undefined && listed.length > 5 ? { force } : {}),
          ...(requires !== undefined && (flag.rules?.length ?? 0) > 2 ? { requires } : {}),
          ...(lists === undefined
            ? {}
            : {
                exclude: listed.slice(0, cut),
                include: listed.slice(cut).map((listEntry) => ({ ...listEntry, variant: included })),
              }),
        }
      })
  })

export const arbitrarySegments: fc.Arbitrary<Readonly<Record<string, Segment>>> = fc.record({
  first: fc.record({ if: leaf }),
  second: fc.record({ if: fc.oneof(leaf, fc.constant({ not: { segment: 'first' } })) }),
})

const attributeValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...words, ...instants) },
  { weight: 2, arbitrary: fc.oneof(fc.integer({ min: -3, max: 5 }), fc.constantFrom(0.5, -0, Number.NaN, Infinity)) },
  fc.boolean(),
  fc.constantFrom(null, undefined, '::ffff:10.1.2.3', '2001:db8::1', '2.3.0-rc.1', 'e\u0301', '\ud800', 'a\0b'),
  fc.array(fc.oneof(fc.constantFrom(...words, null), fc.integer()), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom(...attributes, 'deep'), fc.oneof(fc.constantFrom(...words), fc.anything()), {
    maxKeys: 3,
  }),
  fc.anything(),
)

/** Contexts that flags of `arbitraryFlag` look into, with everything that a caller may put there by mistake. */
export const arbitraryContext: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .record(
    {
      targetingKey: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom<unknown[]>(...words, 42, -0, 1.5, null) },
        { weight: 2, arbitrary: fc.string({ unit: 'grapheme' }) },
        attributeValue,
      ),
      account: attributeValue,
      ...Object.fromEntries(
        attributes.filter((known) => known !== '__proto__').map((known) => [known, attributeValue]),
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((context) => context as Readonly<Record<string, unknown>>)
