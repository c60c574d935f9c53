import { readFileSync } from 'node:fs'
import { parseFlag, parseFlagSet } from '@sluice/core/evaluation'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryFlag } from '../../core/testing/arbitrary-flag.ts'
import { flagSetSchema } from './flag-set-schema.ts'

const ajv = new Ajv2020({ formats: { 'date-time': true } })
ajv.addSchema(flagSetSchema)
const isSet = ajv.compile(flagSetSchema)
const isFlag = ajv.compile({ $ref: 'urn:sluice:flag-set:1#/$defs/flag' })
const base = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }

test('is published as a file of its own', () => {
  const file = readFileSync(new URL('../flag-set.schema.json', import.meta.url), 'utf8')
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(flagSetSchema)))
})

test('takes every flag that the reader takes', () => {
  fc.assert(
    fc.property(arbitraryFlag(['other']), (flag) => {
      expect(parseFlag(flag)).toMatchObject({ ok: true })
      expect(isFlag(flag), JSON.stringify(isFlag.errors)).toBe(true)
      const rollout = { id: 'ro_1', rule: 'r0', attempt: 1, visit: 1, timeoutMs: 60_000 }
      const set = { schema: 1, env: 'e', epoch: 'x', revision: 1, flagCount: 1, flags: { f: { ...flag, rollout } } }
      expect(isSet(set), JSON.stringify(isSet.errors)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['an unknown field', { enabeld: true }],
  ['no `off`', { off: undefined }],
  ['a switch that is none', { enabled: 'yes' }],
  ['a list for a variant', { variants: { on: [], off: [] } }],
  ['no variants', { variants: {} }],
  ['a share as text', { rules: [{ id: 'r', sample: { share: '10' }, serve: 'on' }] }],
  ['a share below 0', { rules: [{ id: 'r', sample: { share: -1 }, serve: 'on' }] }],
  ['a rule without a name', { rules: [{ serve: 'on' }] }],
  ['an unknown operator', { rules: [{ id: 'r', if: { attr: 'a', op: 'magic', values: [1] }, serve: 'on' }] }],
  ['operands of the wrong type', { rules: [{ id: 'r', if: { attr: 'a', op: 'lt', values: ['1'] }, serve: 'on' }] }],
  ['no operands', { rules: [{ id: 'r', if: { attr: 'a', op: 'in', values: [] }, serve: 'on' }] }],
  [
    'case left aside where it cannot be',
    { rules: [{ id: 'r', if: { attr: 'a', op: 'lt', values: [1], fold: true }, serve: 'on' }] },
  ],
  ['half a pair in a split', { serve: { split: [['on']], salt: 's' } }],
  ['an included unit without variant', { include: [{ unit: 'u' }] }],
  ['an unknown risk', { risk: 'none' }],
  ['variants of two types', { variants: { on: true, off: 'no' } }],
  ['an integer that is not exact', { variants: { on: 2 ** 53, off: 0 } }],
  ['one deep in a value', { variants: { on: { a: [{ b: 2 ** 53 }] }, off: {} } }],
  ['an attribute without a name', { rules: [{ id: 'r', if: { attr: '', op: 'exists' }, serve: 'on' }] }],
  ['one that could be ours', { rules: [{ id: 'r', if: { attr: ['$nowhere'], op: 'exists' }, serve: 'on' }] }],
  ['a control character in a name', { rules: [{ id: 'a\u0085b', serve: 'on' }] }],
  ['a NUL in a unit', { exclude: [{ unit: 'a\0b' }] }],
  ['a salt that is none of ours', { rules: [{ id: 'r', sample: { share: 1, salt: 'a:b' }, serve: 'on' }] }],
  ['an empty salt of a split', { serve: { split: [['on', 100_000]], salt: '' } }],
  ['more than the whole', { rules: [{ id: 'r', sample: { share: 100_001 }, serve: 'on' }] }],
  [
    'a version of two parts',
    { rules: [{ id: 'r', if: { attr: 'a', op: 'semver.gt', values: ['1.2'] }, serve: 'on' }] },
  ],
  ['a name that JavaScript keeps', JSON.parse('{"metadata": {"__proto__": 1}}') as object],
])('refuses %s, as the reader does', (_, change) => {
  const flag = JSON.parse(JSON.stringify({ ...base, ...change })) as object
  expect(parseFlag(flag).ok).toBe(false)
  expect(isFlag(flag)).toBe(false)
})

test.each([
  [
    'a salt of the source under its hash',
    { rules: [{ id: 'r', sample: { share: 1, of: 100, salt: 'a:b', hash: 'unleash' }, serve: 'on' }] },
  ],
  ['a share of another whole', { rules: [{ id: 'r', sample: { share: 200_000, of: 1_000_000 }, serve: 'on' }] }],
  ['the time', { rules: [{ id: 'r', if: { attr: '$now', op: 'after', values: [0] }, serve: 'on' }] }],
  [
    'a version with all that it may have',
    { rules: [{ id: 'r', if: { attr: 'a', op: 'semver.eq', values: ['1.2.3-rc.1+b7'] }, serve: 'on' }] },
  ],
])('takes %s, as the reader does', (_, change) => {
  const flag = { ...base, ...change }
  expect(parseFlag(flag)).toMatchObject({ ok: true })
  expect(isFlag(flag), JSON.stringify(isFlag.errors)).toBe(true)
})

test('a set says how many flags it holds, as the reader wants it', () => {
  const set = { schema: 1, env: 'e', epoch: 'x', revision: 1, flags: {} }
  expect([isSet(set), parseFlagSet(set).ok]).toEqual([false, false])
  expect([isSet({ ...set, flagCount: 0 }), parseFlagSet({ ...set, flagCount: 0 }).ok]).toEqual([true, true])
})
