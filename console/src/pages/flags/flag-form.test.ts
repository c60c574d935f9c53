import type { Flag } from '@sluice/core/evaluation'
import { describe, expect, test } from 'vitest'
import {
  type FlagValues,
  type RuleValues,
  emptyEntry,
  emptyRule,
  flagOf,
  flagValuesOf,
  hiddenUnits,
} from './flag-form.ts'

const flag: Flag = {
  enabled: true,
  variants: { glm: { model: 'z-ai:glm' }, gemma: { model: 'google:gemma' } },
  off: 'gemma',
  serve: {
    split: [
      ['gemma', 99_999],
      ['glm', 1],
    ],
    salt: 'a',
  },
  requires: [{ flag: 'other' }],
  description: 'A model',
  rules: [
    { id: 'pros', if: { all: [{ attr: 'plan', op: 'in', values: ['pro'] }] }, serve: 'glm' },
    { id: 'rollout', sample: { share: 12_345, salt: 'b' }, serve: 'glm' },
    { id: 'old', sample: { share: 617, salt: 'c', hash: 'unleash', of: 1000 }, serve: 'glm' },
  ],
  include: [{ unit: 'ada', variant: 'glm', reason: 'asked', expires: '2027-01-01T00:00:00Z' }],
}
const changed = (change: (values: FlagValues) => object) => {
  const values = flagValuesOf(flag)
  return flagOf({ ...values, ...change(values) }, flag)
}

describe('a flag', () => {
  test('that nobody touched comes out as it went in', () => {
    expect(flagOf(flagValuesOf(flag), flag)).toEqual(flag)
  })

  test('keeps salts where a share or the values of a rule change', () => {
    const [, rollout, old] = flagValuesOf(flag).rules
    expect([rollout?.percent, old?.percent]).toEqual(['12.345', '617/1000'])
    const rules = [
      { ...rollout, percent: '50' },
      { ...old, percent: '700/1000' },
    ] as FlagValues['rules']
    expect(changed(() => ({ rules }))['rules']).toEqual([
      { id: 'rollout', sample: { share: 50_000, salt: 'b' }, serve: 'glm' },
      { id: 'old', sample: { share: 700, salt: 'c', hash: 'unleash', of: 1000 }, serve: 'glm' },
    ])
    const serve = { kind: 'split', variant: '', parts: [{ variant: 'glm', percent: '100' }] }
    expect(changed(() => ({ serve }))['serve']).toEqual({ split: [['glm', 100_000]], salt: 'a' })
  })

  test('deals nobody anew where a rule gets another name', () => {
    const [pros, rollout, old] = flagValuesOf(flag).rules as [RuleValues, RuleValues, RuleValues]
    const renamed = changed(() => ({ rules: [pros, { ...rollout, ruleId: 'ramp' }, old] }))
    expect(renamed['rules']).toEqual([flag.rules?.[0], { ...flag.rules?.[1], id: 'ramp' }, flag.rules?.[2]])
  })

  test('takes new rules, variants and list entries, and drops what was emptied', () => {
    const made = changed(({ rules, variants }) => ({
      description: '',
      off: '',
      variants: [
        ...variants,
        { name: 'oss', value: '{"model": "openai:gpt-oss-20b"}' },
        { name: 'bad', value: '{"model' },
      ],
      rules: [
        ...rules.slice(0, 1),
        { ...emptyRule, ruleId: 'new', percent: '0.5', serve: { kind: 'variant', variant: 'oss', parts: [] } },
      ],
      include: [],
      exclude: [{ ...emptyEntry, unit: ' bo ', by: 'account', reason: 'left' }],
    }))
    expect(made).toMatchObject({
      off: null,
      variants: { oss: { model: 'openai:gpt-oss-20b' }, bad: '{"model' },
      rules: [flag.rules?.[0], { id: 'new', sample: { share: 500 }, serve: 'oss' }],
      include: [],
      exclude: [{ unit: 'bo', by: 'account', reason: 'left' }],
    })
    expect(made).not.toHaveProperty('description')
  })

  test('leaves a list too long for rows as it is, with new units before it', () => {
    const include = Array.from({ length: 1000 }, (_, i) => ({ unit: `u${i}`, variant: 'glm' }))
    const long = { ...flag, include }
    const values = flagValuesOf(long)
    expect([values.include.length, hiddenUnits(include)]).toEqual([0, 1000])
    expect(flagOf(values, long)).toEqual(long)
    const first = { ...emptyEntry, unit: 'new', variant: 'glm' }
    expect((flagOf({ ...values, include: [first] }, long)['include'] as object[]).slice(0, 2)).toEqual([
      { unit: 'new', variant: 'glm' },
      { unit: 'u0', variant: 'glm' },
    ])
  })

  test.each([
    ['150', 150_000],
    ['1.0005', '1.0005'],
    ['ten', 'ten'],
    ['1.001', 1001],
    ['-5', '-5'],
  ])('gives a share of %s as %j, for the server to judge', (percent, share) => {
    const rules = [{ ...emptyRule, ruleId: 'r', percent }]
    expect(changed(() => ({ rules }))['rules']).toMatchObject([{ sample: { share } }])
  })
})
