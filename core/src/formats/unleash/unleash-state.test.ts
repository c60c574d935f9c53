import { describe, expect, test } from 'vitest'
import { importUnleash } from './import-unleash.ts'

const regex = () => () => true
const rollout = { name: 'flexibleRollout', parameters: { rollout: '50', stickiness: 'userId', groupId: 'f' } }
const feature = { name: 'f', enabled: true, strategies: [rollout] }
const file = (features: unknown, more: object = {}) => ({ version: 2, features, ...more })
const exact = importUnleash(file([feature]), regex)

describe('an odd file', () => {
  test.each([
    ['no features', {}, ''],
    ['features by name', file({ f: feature }), ''],
    ['a feature that is none', file([feature, 7]), '/features/1'],
    ['a feature without a name', file([{ enabled: true }]), '/features/0/name'],
    ['an on-and-off that is text', file([{ ...feature, enabled: 'yes' }]), '/features/0/enabled'],
    ['strategies by name', file([{ ...feature, strategies: { rollout } }]), '/features/0/strategies'],
    ['a strategy that is null', file([{ ...feature, strategies: [null] }]), '/features/0/strategies/0'],
    [
      'a constraint without an operator',
      file([{ ...feature, strategies: [{ ...rollout, constraints: [{ contextName: 'plan' }] }] }]),
      '/features/0/strategies/0/constraints/0/operator',
    ],
    [
      'a value that is a number',
      file([feature], { segments: [{ id: 1, constraints: [{ contextName: 'n', operator: 'IN', values: [1] }] }] }),
      '/segments/0/constraints/0/values/0',
    ],
    [
      'a weight as text',
      file([{ ...feature, variants: [{ name: 'a', weight: '1' }] }]),
      '/features/0/variants/0/weight',
    ],
    ['a dependency by name', file([{ ...feature, dependencies: ['g'] }]), '/features/0/dependencies/0'],
    [
      'an event with such a feature',
      {
        events: [
          { type: 'hydration', features: [feature] },
          { type: 'feature-updated', feature: { name: 'g' } },
        ],
      },
      '/events/1/feature/enabled',
    ],
  ])('with %s is refused, and the place is named', (_, input, pointer) => {
    const result = importUnleash(input, regex)
    expect(result.ok ? [] : result.problems.map((problem) => problem.pointer)).toEqual([pointer])
  })

  test('with nulls is read as if they were not there', () => {
    const nulls = { constraints: null, segments: null, variants: null, disabled: null }
    const strategies = [{ ...rollout, parameters: { ...rollout.parameters, extra: null }, ...nulls }]
    const input = file([{ ...feature, strategies, variants: null, dependencies: null }], { segments: null })
    expect(importUnleash(input, regex)).toEqual(exact)
    const bare = importUnleash(file([{ ...feature, strategies: [{ name: 'userWithId', parameters: null }] }]), regex)
    expect(bare).toMatchObject({ ok: true, imported: { flags: { f: { serve: 'off' } } } })
  })
})

test('a strategy that is switched off lets nobody in, which is said', () => {
  const result = importUnleash(file([{ ...feature, strategies: [{ ...rollout, disabled: true }] }]), regex)
  expect(result).toMatchObject({ ok: true, imported: { notes: [{ flag: 'f', effect: 'off' }] } })
  expect(result.ok && result.imported.flags['f']).not.toHaveProperty('rules')
})
