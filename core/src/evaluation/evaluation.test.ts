import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  armOf,
  bucketOf,
  compileFlagSet,
  evaluate,
  evaluateAll,
  explain,
  murmur3,
  ofrepReason,
  openFeatureReason,
  parseFlag,
  parseFlagSet,
  replaceFlags,
} from './index.ts'
import type { CompiledFlagSet, Context, Flag, SnapshotFlag } from './index.ts'

const now = Date.UTC(2026, 10, 20)
const base: Flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const set = (flags: Record<string, SnapshotFlag>) =>
  compileFlagSet({ schema: 1, env: 'test', epoch: 'e1', revision: 1, flags })
const answer = (flag: SnapshotFlag, context: Context = {}) => evaluate(set({ f: flag }), 'f', context, now)

describe('the hash', () => {
  const vectors =
    `user_0 2287517281 53260|user_1 2106526717 49046|user_9 2643281562 61543|42 506850503 11801|a 2845899742 66261
ab 1393259916 32439|abc 3149393161 73327|abcd 653831127 15223|ü 2136729731 49749|é 1615405237 37611|e\u0301 2277480392 53026
日本 1232832570 28704|😀 1495838256 34827|a\0b 4213754181 98109|\uD800 1226572177 28558|\uFFFD 1226572177 28558`
      .split(/[|\n]/)
      .map((line) => line.split(' '))

  test.each(vectors)('places %j under salt s1', (unit = '', hash, bucket) => {
    expect([murmur3(`s1:${unit}`), bucketOf('s1', unit)]).toEqual([Number(hash), Number(bucket)])
  })

  test.each([
    ['u00002940uL', 0],
    ['u000037nPFS', 0],
    ['u000212olci', 1],
    ['u0002731Ujy', 999],
    ['u000165qab4', 1000],
    ['u0003904TJL', 9999],
    ['u000027GBHt', 10000],
    ['u000152fRvQ', 99999],
  ])('puts %s on its side of the edge', (unit, bucket) => expect(bucketOf('edge', unit)).toBe(bucket))

  test('agrees with every published row of murmur3-32', () => {
    const rows = readFileSync(new URL('../../conformance/murmur3-32/murmur3-sample-v3.csv', import.meta.url), 'utf8')
      .trim()
      .split('\n')
    const wrong = rows.filter((row) => {
      const [seed, key = '', hash] = row.split(',')
      return murmur3(key, Number(seed)) !== Number(hash)
    })
    expect([rows.length, wrong]).toEqual([1126, []])
  })

  test('lets in 9,997 of 100,000 units at 10 %, and a unit stays in when the share grows', () => {
    const sample = (share: number) => ({ share, salt: 's1' })
    const units = Array.from({ length: 100_000 }, (_, i) => `user_${i}`)
    const at10 = units.filter((unit) => armOf(sample(10_000), unit) === 'T')
    expect(at10.length).toBe(9997)
    expect(at10.every((unit) => armOf(sample(25_000), unit) === 'T')).toBe(true)
  })
})

describe('the order of an evaluation', () => {
  const full: SnapshotFlag = {
    ...base,
    exclude: [{ unit: 'out' }, { unit: 'was-out', expires: '2026-01-01T00:00:00Z' }],
    include: [{ unit: 'in', variant: 'on' }],
    rules: [
      { id: 'beta', if: { attr: 'plan', op: 'in', values: ['pro'] }, serve: 'on' },
      { id: 'rollout', sample: { share: 50_000, salt: 's1' }, serve: 'on' },
    ],
    rollout: { id: 'ro_1', rule: 'rollout', attempt: 1, visit: 1, timeoutMs: 60_000 },
  }

  test.each([
    [
      'a kill beats everything',
      { ...full, enabled: false, force: 'on' },
      { targetingKey: 'in' },
      'off',
      'OFF',
      undefined,
    ],
    ['exclude beats force', { ...full, force: 'on' }, { targetingKey: 'out' }, 'off', 'EXCLUDE', undefined],
    ['force beats rules', { ...full, force: 'on' }, { targetingKey: 'user_0' }, 'on', 'FORCED', undefined],
    ['an expired entry is absent', full, { targetingKey: 'was-out' }, 'on', 'RULE', 'T'],
    ['include comes before rules', full, { targetingKey: 'in' }, 'on', 'INCLUDE', undefined],
    ['an earlier rule decides without an arm', full, { targetingKey: 'user_0', plan: 'pro' }, 'on', 'RULE', undefined],
    ['a sample that hits is the candidate', full, { targetingKey: 'user_1' }, 'on', 'RULE', 'T'],
    ['a sample that misses is the baseline', full, { targetingKey: 'user_0' }, 'off', 'SERVE', 'C'],
    ['no unit is no arm', full, {}, 'off', 'SERVE', undefined],
  ] as const)('%s', (_, flag, context, variant, reason, arm) => {
    const { variant: served, reason: why, arm: side } = answer(flag, context)
    expect([served, why, side]).toEqual([variant, reason, arm])
  })

  test('a unit is needed even at 100 %', () => {
    const open = { ...base, rules: [{ id: 'rollout', sample: { share: 100_000, salt: 's1' }, serve: 'on' }] }
    expect(answer(open, { targetingKey: 'anybody' }).value).toBe(true)
    expect(answer(open, { targetingKey: '' }).value).toBe(false)
    expect(answer(open, { targetingKey: 42 }).value).toBe(true)
    expect(answer(open, { targetingKey: 1.5 }).value).toBe(false)
  })

  test('a split serves by weight, off without a unit', () => {
    const split: Flag = {
      ...base,
      serve: {
        split: [
          ['on', 70_000],
          ['off', 30_000],
        ],
        salt: 's1',
      },
    }
    const on = Array.from({ length: 10_000 }, (_, i) => answer(split, { targetingKey: `user_${i}` })).filter(
      ({ variant }) => variant === 'on',
    )
    expect(Math.abs(on.length - 7000)).toBeLessThan(200)
    expect(answer(split).reason).toBe('NO_TARGETING_KEY')
  })

  test('a requirement unmet serves off; a cycle is unmet, not endless', () => {
    const needs = { ...base, serve: 'on', requires: [{ flag: 'parent' }] }
    expect(evaluate(set({ f: needs, parent: { ...base, serve: 'on' } }), 'f', {}, now).variant).toBe('on')
    expect(evaluate(set({ f: needs, parent: base }), 'f', {}, now).reason).toBe('REQUIRES')
    expect(evaluate(set({ f: needs, parent: { ...base, requires: [{ flag: 'f' }] } }), 'f', {}, now).reason).toBe(
      'REQUIRES',
    )
  })

  test('flags that require each other a thousand ways are each asked once', () => {
    const layer = (i: number) => [`a${i}`, `b${i}`]
    const flags = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) =>
        layer(i).map((key) => [
          key,
          { ...base, serve: 'on', requires: i === 39 ? [] : layer(i + 1).map((flag) => ({ flag })) } as SnapshotFlag,
        ]),
      ).flat(),
    )
    expect(evaluate(set(flags), 'a0', {}, now).variant).toBe('on')
  })

  test('a requirement can name variants, or ask that the other flag is not on', () => {
    const parent = { ...base, variants: { a: 1, b: 2, off: 0 }, serve: 'b' }
    const child = (requirement: object) => ({ ...base, serve: 'on', requires: [{ flag: 'parent', ...requirement }] })
    const reason = (requirement: object, of: SnapshotFlag = parent) =>
      evaluate(set({ f: child(requirement), parent: of }), 'f', {}, now).reason
    expect(reason({ variants: ['b'] })).toBe('SERVE')
    expect(reason({ variants: ['a'] })).toBe('REQUIRES')
    expect(reason({ on: false })).toBe('REQUIRES')
    expect(reason({ on: false }, { ...parent, enabled: false })).toBe('SERVE')
    expect(reason({ flag: 'nowhere', on: false })).toBe('REQUIRES')
  })

  test('a context that breaks when it is read serves off', () => {
    const broken = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
      },
    )
    expect(answer(full, broken)).toMatchObject({
      variant: 'off',
      reason: 'ERROR',
      error: 'The context could not be read.',
    })
  })

  test('what objects inherit is never read, whoever has added to it', () => {
    const needs = (attr: string): Flag => ({ ...base, rules: [{ id: 'r', if: { attr, op: 'exists' }, serve: 'on' }] })
    const all = { ...base, rules: [{ id: 'r', sample: { share: 100_000, salt: 's1' }, serve: 'on' }] }
    class Request {
      plan = 'pro'
      get country(): string {
        return 'DE'
      }
    }
    const objectPrototype = Object.prototype as Record<string, unknown>
    try {
      objectPrototype['plan'] = 'pro'
      objectPrototype['targetingKey'] = 'user_1'
      expect([answer(needs('plan')).value, answer(all).value]).toEqual([false, false])
      expect([answer(needs('plan'), { plan: 1 }).value, answer(all, { targetingKey: 'u' }).value]).toEqual([true, true])
    } finally {
      delete objectPrototype['plan']
      delete objectPrototype['targetingKey']
    }
    const request = new Request() as unknown as Context
    expect([answer(needs('plan'), request).value, answer(needs('country'), request).value]).toEqual([true, false])
    const own = JSON.parse('{"__proto__": {"plan": 1}, "constructor": 1}') as Context
    expect(['plan', '__proto__', 'constructor', 'toString'].map((attr) => answer(needs(attr), own).value)).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  test('what is not understood serves off, also under not', () => {
    const odd: Flag = {
      ...base,
      serve: 'on',
      rules: [{ id: 'r', if: { not: { attr: 'a', op: 'telepathy', values: [1] } }, serve: 'on' }],
    }
    const outcome = answer(odd, { a: 1 })
    expect([outcome.variant, outcome.reason, outcome.error]).toEqual([
      'off',
      'ERROR',
      'UNSUPPORTED_RULE: unknown operator "telepathy"',
    ])
    expect(ofrepReason(outcome)).toBe('UNKNOWN')
  })

  test.each([
    ['a hash of a later version', { share: 50_000, salt: 's1', hash: 'm4' }],
    ['a switch of a later version', { share: 50_000, salt: 's1', x: { twist: 1 } }],
    ['no salt', { share: 50_000 }],
  ])('a sample with %s is never guessed at', (_, sample) => {
    const flag = { ...base, rules: [{ id: 'rollout', sample: sample as never, serve: 'on' }] }
    const outcome = answer(flag, { targetingKey: 'user_1' })
    expect([outcome.variant, outcome.reason, outcome.arm]).toEqual(['off', 'ERROR', undefined])
  })

  test('a hit without a unit for the split is no candidate', () => {
    const split = { split: [['on', 100_000]], salt: 's2', by: 'account' } as const
    const flag: SnapshotFlag = {
      ...full,
      include: [],
      rules: [{ id: 'rollout', sample: { share: 100_000, salt: 's1' }, serve: split }],
    }
    expect([answer(flag, { targetingKey: 'u' }).arm, answer(flag, { targetingKey: 'u', account: 'a' }).arm]).toEqual([
      undefined,
      'T',
    ])
  })

  test.each([5, null, {}, { enabled: true }, { enabled: true, variants: null, off: 'x', serve: 'y' }])(
    'a flag that is %j never throws',
    (flag) => {
      expect(answer(flag as never).variant).toBeNull()
    },
  )

  test('a rule that names no variant of the flag serves off', () => {
    const outcome = answer({ ...base, rules: [{ id: 'r', serve: 'gone' }] })
    expect([outcome.variant, outcome.reason]).toEqual(['off', 'ERROR'])
  })

  test('the reasons in the words of OpenFeature', () => {
    const split = { split: [['on', 100_000]], salt: 's' } as const
    const reasonOf = (flag: SnapshotFlag, context: Context = { targetingKey: 'user_1' }) =>
      openFeatureReason(answer(flag, context))
    const never = { id: 'r', if: { any: [] }, serve: 'on' }
    expect(reasonOf(base)).toBe('STATIC')
    expect(reasonOf({ ...base, rules: [never] })).toBe('DEFAULT')
    expect(reasonOf({ ...base, serve: split })).toBe('SPLIT')
    expect(reasonOf({ ...base, serve: split }, {})).toBe('DEFAULT')
    expect(reasonOf({ ...base, rules: [{ id: 'r', serve: 'on' }] })).toBe('TARGETING_MATCH')
    expect(reasonOf({ ...base, rules: [{ id: 'r', serve: split }] })).toBe('SPLIT')
    expect(reasonOf({ ...base, enabled: false })).toBe('DISABLED')
    expect(reasonOf({ ...base, force: 'on' })).toBe('STATIC')
    expect(reasonOf({ ...base, exclude: [{ unit: 'user_1' }] })).toBe('TARGETING_MATCH')
    expect(reasonOf({ ...base, requires: [{ flag: 'none' }] })).toBe('DEFAULT')
  })

  test('hands out one frozen object and changes only the flags that changed', () => {
    const flags = set({ f: full, g: base })
    const outcome = evaluate(flags, 'f', { targetingKey: 'user_0' }, now)
    expect(evaluate(flags, 'f', { targetingKey: 'user_0' }, now)).toBe(outcome)
    expect(Object.isFrozen(outcome)).toBe(true)
    const changed = replaceFlags(flags, { g: null, f: { ...full, enabled: false } }, 2)
    expect([evaluate(changed, 'f', {}, now).reason, evaluate(changed, 'g', {}, now).reason, changed.revision]).toEqual([
      'OFF',
      'FLAG_NOT_FOUND',
      2,
    ])
  })

  test('all flags at once are those of the set as it stands after a change', () => {
    const reasons = (flags: CompiledFlagSet) => {
      const found: string[] = []
      evaluateAll(flags, { targetingKey: 'user_0' }, now, (key, { reason }) => found.push(`${key} ${reason}`))
      return found
    }
    const flags = set({ f: base, g: base })
    expect(reasons(flags)).toEqual(['f SERVE', 'g SERVE'])
    const changed = replaceFlags(flags, { f: { ...base, enabled: false }, g: null, h: base }, 2)
    expect(reasons(changed)).toEqual(['f OFF', 'h SERVE'])
  })

  test('explain tells where a unit enters and ends in the same outcome', () => {
    const flags = set({ f: full })
    const told = explain(flags, 'f', { targetingKey: 'user_0' }, now)
    expect(told.outcome).toBe(evaluate(flags, 'f', { targetingKey: 'user_0' }, now))
    expect(told.steps.map(({ sentence }) => sentence)).toContain(
      'Rule "rollout": the unit enters at 53.261 %; only 50 % are let in.',
    )
  })
})

describe('a flag from outside', () => {
  const rollout = { id: 'rollout', sample: { share: 10_000, salt: 's1' }, serve: 'on' }
  const problem = (change: object) => {
    const parsed = parseFlag({ ...base, ...change })
    return parsed.ok ? 'accepted' : parsed.problems.map(({ pointer, code }) => `${code} ${pointer}`)
  }
  test.each([
    [{}, 'accepted'],
    [{ rules: [rollout] }, 'accepted'],
    [{ enabeld: true }, ['type /enabeld']],
    [{ enabled: 'yes' }, ['type /enabled']],
    [{ rules: [{ ...rollout, sample: { share: 150_000 } }] }, ['rule /rules/0/sample/share']],
    [{ rules: [{ ...rollout, sample: { share: -5 } }] }, ['rule /rules/0/sample/share']],
    [{ rules: [{ ...rollout, sample: { share: 'abc' } }] }, ['type /rules/0/sample/share']],
    [{ rules: [{ ...rollout, sample: { share: Number.NaN } }] }, ['type /rules/0/sample/share']],
    [{ rules: [rollout, rollout] }, ['rule /rules/1/id']],
    [{ variants: { on: true, off: 'no' } }, ['rule /variants']],
    [{ off: 'nope' }, ['rule /off']],
    [{ serve: { split: [['on', 1]], salt: 's' } }, ['rule /serve/split']],
    [{ include: [{ unit: 'a', variant: 'on' }], exclude: [{ unit: 'a' }] }, ['rule /include/0/unit']],
    [{ include: [{ unit: '\uD800', variant: 'on' }] }, ['rule /include/0/unit']],
    [{ rules: [{ id: 'r', if: { attr: 'a', op: 'magic', values: [1] }, serve: 'on' }] }, ['rule /rules/0/if/op']],
    [JSON.parse('{"metadata": {"__proto__": "x"}}') as object, ['rule /metadata/__proto__']],
    [{ rollout: { rule: 'rollout' } }, ['type /rollout']],
  ])('%j: %j', (change, expected) => expect(problem(change)).toEqual(expected))

  test('says what was meant', () => {
    const parsed = parseFlag({ ...base, enabeld: true })
    expect(parsed.ok ? '' : parsed.problems[0]?.message).toBe('Unknown field "enabeld": did you mean "enabled"?')
  })

  test('a set is taken whole or not at all; one bad flag serves its off', () => {
    const good = {
      schema: 1,
      env: 'e',
      epoch: 'x',
      revision: 3,
      flagCount: 2,
      flags: { ok: { ...base, serve: 'on' }, bad: { ...base, serve: 7 } },
    }
    const parsed = parseFlagSet(good)
    if (!parsed.ok) throw new Error(parsed.message)
    const compiled = compileFlagSet(parsed.set)
    expect(evaluate(compiled, 'ok', {}, now).variant).toBe('on')
    expect([evaluate(compiled, 'bad', {}, now).variant, evaluate(compiled, 'bad', {}, now).reason]).toEqual([
      'off',
      'ERROR',
    ])
    for (const broken of [
      null,
      [],
      {},
      { ...good, schema: 2 },
      { ...good, flagCount: 3 },
      { ...good, revision: -1 },
      { ...good, flags: [] },
    ])
      expect(parseFlagSet(broken).ok).toBe(false)
  })
})
