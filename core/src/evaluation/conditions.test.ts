import { RE2JS } from 're2js'
import { describe, expect, test } from 'vitest'
import { compileFlagSet, evaluate } from './index.ts'
import type { Context, Flag, RegexCompiler, Segment } from './index.ts'

const now = Date.UTC(2026, 10, 20)
const base: Flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const regex: RegexCompiler = (pattern) => {
  const compiled = RE2JS.compile(pattern)
  return (text) => compiled.test(text)
}

function outcomeOf(condition: object, context: Context, segments: Record<string, Segment> = {}, withRegex = true) {
  const flag: Flag = { ...base, rules: [{ id: 'r', if: condition as never, serve: 'on' }] }
  const set = { schema: 1, env: 'test', epoch: 'e1', revision: 1, flags: { f: flag }, segments } as const
  return evaluate(compileFlagSet(set, withRegex ? { regex } : {}), 'f', context, now)
}

const leaf = (op: string, ...values: unknown[]) => ({ attr: 'a', op, values })

describe('a condition', () => {
  test.each([
    [{ attr: 'n', op: 'lt', values: [3] }, { n: 2 }, true],
    [{ attr: 'n', op: 'lt', values: [3] }, { n: '2' }, false],
    [{ attr: 'n', op: 'lt', values: [3] }, { n: Number.NaN }, false],
    [{ attr: 'n', op: 'gte', values: [3] }, { n: Infinity }, false],
    [{ attr: 'n', op: 'gte', values: [10, 3] }, { n: 3 }, true],
    [{ attr: 'n', op: 'in', values: [1] }, { n: '1' }, false],
    [{ attr: 'n', op: 'in', values: [0] }, { n: -0 }, true],
    [{ attr: 'n', op: 'in', values: [true] }, { n: true }, true],
    [{ attr: 'tags', op: 'in', values: ['b'] }, { tags: ['a', 'b'] }, true],
    [{ attr: 'tags', op: 'in', values: ['b'], negate: true }, { tags: ['a', 'b'] }, false],
    [{ attr: 'tags', op: 'in', values: ['b'], negate: true }, { tags: [] }, true],
    [{ attr: 'tags', op: 'in', values: ['b'], negate: true }, { tags: [null] }, true],
    [{ attr: 'x', op: 'in', values: ['b'], negate: true }, {}, false],
    [{ attr: 'x', op: 'in', values: ['b'], negate: true }, { x: null }, false],
    [{ attr: 'x', op: 'lt', values: [3], negate: true }, { x: 'a text' }, true],
    [{ attr: 'x', op: 'lt', values: [3], negate: true }, { x: { y: 1 } }, true],
    [{ not: { attr: 'x', op: 'in', values: ['b'] } }, {}, true],
    [{ attr: 'x', op: 'exists', negate: true }, {}, true],
    [{ attr: 'x', op: 'exists' }, { x: [] }, true],
    [{ attr: ['user', 'plan'], op: 'in', values: ['PRO'], fold: true }, { user: { plan: 'pro' } }, true],
    [{ attr: ['user', 'plan'], op: 'in', values: ['pro'] }, { user: ['pro'] }, false],
    [{ attr: 'user.plan', op: 'in', values: ['pro'] }, { user: { plan: 'pro' } }, false],
    [{ attr: 'user.plan', op: 'in', values: ['pro'] }, { 'user.plan': 'pro' }, true],
    [{ attr: '$now', op: 'after', values: ['2026-01-01T00:00:00Z'] }, {}, true],
    [{ attr: '$now', op: 'after', values: ['2027-01-01T00:00:00Z'] }, { $now: 1e15 }, false],
    [{ attr: '$else', op: 'exists' }, { $else: 1 }, false],
    [{ attr: 'constructor', op: 'exists' }, {}, false],
    [{ attr: '__proto__', op: 'exists' }, {}, false],
    [{ all: [] }, {}, true],
    [{ any: [] }, {}, false],
    [{ all: [leaf('in', 1), { not: { any: [leaf('in', 2), leaf('in', 3)] } }] }, { a: 1 }, true],
  ])('%j on %j is %s', (condition, context, expected) =>
    expect(outcomeOf(condition, context as Context).value).toBe(expected),
  )

  test.each([
    ['starts', 'pre', 'prefix', 'xpre'],
    ['ends', 'fix', 'prefix', 'fixed'],
    ['contains', 'ref', 'prefix', 'perfect'],
    ['regex', '^a+b$', 'aaab', 'xab'],
    ['regex', 'b', 'abc', 'ac'],
    ['before', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z'],
    ['after', '2026-01-01T00:00:00+02:00', '2025-12-31T22:00:00.001Z', '2025-12-31T22:00:00Z'],
    ['after', 1_000, 1_001, 1_000],
    ['after', '2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', '2026-02-30T00:00:00Z'],
    ['semver.eq', '1.2.3', '1.2.3+build', '1.2.3-rc.1'],
    ['semver.lt', '1.0.0', '1.0.0-rc.1', '1.0.0'],
    ['semver.lte', '1.0.0', '1.0.0', '1.0.1'],
    ['semver.gt', '1.9.9', '1.10.0', '1.9.9'],
    ['semver.gte', '99999999999999999999.0.0', '100000000000000000000.0.0', '99999999999999999998.9.9'],
    ['semver.gte', '1.10.0', '1.10.0', '1.9.9'],
    ['semver.gte', '1.0.0', '2.0.0', 'v2.0.0'],
    ['semver.gte', '1.0.0', '2.0.0', '2.0'],
    ['semver.gte', '1.0.0', '2.0.0', '02.0.0'],
    ['cidr', '10.0.0.0/8', '10.255.0.1', '11.0.0.1'],
    ['cidr', '192.168.1.7', '192.168.1.7', '192.168.1.8'],
    ['cidr', '0.0.0.0/0', '8.8.8.8', '2001:db8::1'],
    ['cidr', '10.0.0.0/8', '::ffff:10.1.2.3', '::10.1.2.3'],
    ['cidr', '2001:db8::/32', '2001:0DB8:ffff::1', '2001:db9::'],
    ['cidr', '::/0', '1.2.3.4', 'no address'],
    ['cidr', '10.0.0.0/8', '10.0.0.1', '10.0.0.01'],
  ])('%s %j takes %j and leaves %j', (op, wanted, taken, left) => {
    expect(outcomeOf(leaf(op, wanted), { a: taken }).value).toBe(true)
    expect(outcomeOf(leaf(op, wanted), { a: left }).value).toBe(false)
    expect(outcomeOf({ ...leaf(op, wanted), negate: true }, { a: left }).value).toBe(true)
  })

  test('finds each of a long list, and nothing else', () => {
    const values = Array.from({ length: 100 }, (_, i) => `v${i}`)
    expect(values.every((a) => outcomeOf(leaf('in', ...values), { a }).value)).toBe(true)
    expect(outcomeOf(leaf('in', ...values), { a: 'v100' }).value).toBe(false)
    expect(outcomeOf({ ...leaf('in', ...values), fold: true }, { a: 'V7' }).value).toBe(true)
  })
})

describe('a part that this version cannot judge', () => {
  test.each([
    ['an operator', leaf('telepathy', 1), {}],
    ['a segment that is not there', { segment: 'gone' }, {}],
    [
      'segments that name each other',
      { segment: 'a' },
      { a: { if: { segment: 'b' } }, b: { if: { not: { segment: 'a' } } } },
    ],
    ['a segment that cannot be read', { segment: 'a' }, { a: { if: { attr: 7 } } }],
    ['a pattern that is none', leaf('regex', '(?=a)'), {}],
  ])('%s: whoever reaches the rule gets off, also under not', (_, condition, segments) => {
    for (const form of [condition, { not: condition }, { all: [{ any: [] }, condition] }]) {
      const outcome = outcomeOf(form, { a: 'a' }, segments as never)
      expect([outcome.variant, outcome.reason]).toEqual(['off', 'ERROR'])
      expect(outcome.error).toMatch(/^UNSUPPORTED_RULE: /)
    }
  })

  test('regular expressions without an engine', () => {
    expect(outcomeOf(leaf('regex', 'a'), { a: 'a' }, {}, false).error).toMatch(/need a compiler/)
  })

  test('whoever is served before it notices nothing', () => {
    const flag: Flag = {
      ...base,
      rules: [
        { id: 'pro', if: { attr: 'plan', op: 'in', values: ['pro'] }, serve: 'on' },
        { id: 'odd', if: leaf('telepathy', 1) as never, serve: 'on' },
      ],
    }
    const set = compileFlagSet({ schema: 1, env: 'e', epoch: 'x', revision: 1, flags: { f: flag } })
    expect(evaluate(set, 'f', { plan: 'pro' }, now).variant).toBe('on')
    expect(evaluate(set, 'f', {}, now).reason).toBe('ERROR')
  })
})

test('segments hold conditions that many rules use, and other segments', () => {
  const segments: Record<string, Segment> = {
    team: { if: { attr: 'email', op: 'ends', values: ['@example.org'] } },
    testers: { if: { any: [{ segment: 'team' }, { attr: 'beta', op: 'in', values: [true] }] } },
  }
  const isTester = (context: Context) => outcomeOf({ segment: 'testers' }, context, segments).value
  expect([isTester({ email: 'a@example.org' }), isTester({ beta: true }), isTester({ email: 'a@x.org' })]).toEqual([
    true,
    true,
    false,
  ])
})
