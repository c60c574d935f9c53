import { SluiceError } from '@sluice/contract'
import type { Flag } from '@sluice/core/evaluation'
import { describe, expect, test } from 'vitest'
import { faultOfKey, warningsOf } from './check-flag.ts'
import { type EditRules, type FlagEdit, editFlag } from './edit-flag.ts'
import type { StoredFlag } from './flag-store.ts'
import { keepSalts } from './keep-salts.ts'
import { mergePatch } from './merge-patch.ts'

const flag: Flag = {
  enabled: true,
  variants: { on: true, off: false },
  off: 'off',
  rules: [{ id: 'rollout', sample: { share: 10_000, salt: 'kept' }, serve: 'on' }],
  serve: 'off',
}
const stored: StoredFlag = {
  environment: 'demo',
  key: 'f',
  version: 1,
  revision: 1,
  flag,
  rollout: null,
  createdAtMs: 0,
  updatedAtMs: 0,
}
const running: StoredFlag = { ...stored, rollout: { id: 'ro_1', rule: 'rollout', attempt: 1, visit: 1, timeoutMs: 1 } }
const rules: EditRules = { key: 'f', reshuffle: false, mintSalt: () => 'minted', others: { f: flag } }
const withRule = (rule: object) => ({ ...flag, rules: [rule] })
const refusal = (current: StoredFlag | null, edit: FlagEdit, more: Partial<EditRules> = {}): SluiceError => {
  try {
    editFlag(current, edit, { ...rules, ...more })
  } catch (error) {
    if (error instanceof SluiceError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('salts', () => {
  test('a missing one is the stored one of the same rule, or a new one', () => {
    const body = {
      ...flag,
      rules: [
        { id: 'rollout', sample: { share: 1 }, serve: 'on' },
        { id: 'new', sample: { share: 1 }, serve: { split: [['on', 100_000]] } },
      ],
      serve: { split: [['off', 100_000]] },
    }
    let count = 0
    const kept = keepSalts(body, flag, () => `minted${(count += 1)}`)
    expect(kept).toMatchObject({
      rules: [{ sample: { salt: 'kept' } }, { sample: { salt: 'minted2' }, serve: { salt: 'minted3' } }],
      serve: { salt: 'minted1' },
    })
  })

  test('input of any shape passes through, for the checks that follow', () => {
    for (const body of [null, 1, [], { rules: 1 }, { rules: [null, 1, { sample: 1, serve: null }] }, { serve: [] }])
      expect(keepSalts(body, flag, () => 'minted')).toEqual(body)
  })

  test('another salt, or another attribute to draw by, is refused unless a new draw is wanted', () => {
    const body = withRule({ id: 'rollout', sample: { share: 10_000, salt: 'other' }, serve: 'on' })
    const error = refusal(stored, { kind: 'replace', body })
    expect(error).toMatchObject({ code: 'STATE_CONFLICT', errors: [{ pointer: '/rules/0/sample' }] })
    expect(error.hint).toContain('?reshuffle=true')
    expect(editFlag(stored, { kind: 'replace', body }, { ...rules, reshuffle: true })).toEqual({ flag: body })
    const byAccount = withRule({ id: 'rollout', sample: { share: 10_000, by: 'account' }, serve: 'on' })
    expect(refusal(stored, { kind: 'replace', body: byAccount }).code).toBe('STATE_CONFLICT')
  })
})

describe('under a running rollout', () => {
  test.each([
    ['another share', withRule({ id: 'rollout', sample: { share: 20_000 }, serve: 'on' })],
    ['no sample any more', withRule({ id: 'rollout', serve: 'on' })],
    ['the rule gone', { ...flag, rules: [] }],
    ['the rule renamed', withRule({ id: 'other', sample: { share: 10_000 }, serve: 'on' })],
  ])('%s is refused, with the rollout and the way out', (_, body) => {
    const error = refusal(running, { kind: 'replace', body })
    expect(error).toMatchObject({ code: 'STATE_CONFLICT' })
    expect(`${error.message} ${error.hint}`).toMatch(/ro_1.*takeover/)
  })

  test.each([
    ['the value of the candidate', { ...flag, variants: { on: false, off: false } }, '/variants/on'],
    ['the value of the baseline', { ...flag, variants: { on: true, off: true } }, '/variants/off'],
    ['who is in it', withRule({ ...flag.rules?.[0], if: { attr: 'p', op: 'in', values: [1] } }), '/rules/0/if'],
    ['another draw', withRule({ ...flag.rules?.[0], sample: { share: 10_000, salt: 'x' } }), '/rules/0/sample'],
    ['what the rest gets', { ...flag, serve: 'on' }, '/serve'],
  ])('%s stays as the rollout compares it', (_, body, pointer) => {
    const error = refusal(running, { kind: 'replace', body }, { reshuffle: true })
    expect([error.code, error.errors[0]?.pointer]).toEqual(['STATE_CONFLICT', pointer])
    expect(`${error.message} ${error.hint}`).toMatch(/ro_1.*takeover/)
    expect(editFlag(stored, { kind: 'replace', body }, { ...rules, reshuffle: true })).not.toBeNull()
  })

  test('a reshuffle does not get round it, nor does deleting the flag', () => {
    const body = withRule({ id: 'rollout', sample: { share: 5, salt: 'x' }, serve: 'on' })
    expect(refusal(running, { kind: 'replace', body }, { reshuffle: true }).code).toBe('STATE_CONFLICT')
    expect(refusal(running, { kind: 'delete' }).hint).toContain('takeover')
  })

  test('the kill switch, lists, other variants and descriptions go through', () => {
    const more = { variants: { ...flag.variants, third: true } }
    for (const body of [{ enabled: false }, { exclude: [{ unit: 'u' }] }, { description: 'x' }, more])
      expect(editFlag(running, { kind: 'merge', body }, rules)).toMatchObject({ flag: body })
  })
})

describe('rules between flags', () => {
  test('an unknown requirement and a circle are refused with their place', () => {
    const missing = refusal(stored, { kind: 'merge', body: { requires: [{ flag: 'nowhere' }] } })
    expect(missing).toMatchObject({ code: 'UNPROCESSABLE', errors: [{ pointer: '/requires/0/flag' }] })
    const others = { f: flag, g: { ...flag, requires: [{ flag: 'h' }] }, h: { ...flag, requires: [{ flag: 'f' }] } }
    const circle = refusal(stored, { kind: 'merge', body: { requires: [{ flag: 'g' }] } }, { others })
    expect(circle.errors[0]?.message).toContain('f → g → h → f')
    expect(refusal(stored, { kind: 'merge', body: { requires: [{ flag: 'f' }] } }).errors[0]?.message).toContain(
      'f → f',
    )
  })

  test('a flag that others require is not deleted', () => {
    const others = { f: flag, g: { ...flag, requires: [{ flag: 'f' }] } }
    expect(refusal(stored, { kind: 'delete' }, { others }).message).toContain('g')
    expect(editFlag(stored, { kind: 'delete' }, rules)).toBeNull()
  })
})

test('a split with the salt of a sample is refused, two samples with one salt are told', () => {
  const rule = {
    id: 'a',
    sample: { share: 5, salt: 'same' },
    serve: { split: [['on', 100_000]] as const, salt: 'same' },
  }
  expect(refusal(null, { kind: 'replace', body: withRule(rule) }).errors[0]?.pointer).toBe('/rules/0/serve/salt')
  const nested = { ...flag, rules: ['a', 'b'].map((id) => ({ id, sample: { share: 5, salt: 'same' }, serve: 'on' })) }
  expect(warningsOf(nested)[0]).toMatch(/"a" and "b" share a salt/)
})

test('a variant above 64 KiB is refused with its size', () => {
  const body = { ...flag, variants: { on: 'x'.repeat(70_000), off: 'y' } }
  expect(refusal(null, { kind: 'replace', body })).toMatchObject({
    code: 'UNPROCESSABLE',
    errors: [{ pointer: '/variants/on' }],
  })
})

test('a merge or delete of what is not there is not found', () => {
  expect(refusal(null, { kind: 'merge', body: {} }).code).toBe('NOT_FOUND')
  expect(refusal(null, { kind: 'delete' }).code).toBe('NOT_FOUND')
})

test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: 1 }, [2], [2]],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1], { a: { b: null, c: 1 } }, { a: { c: 1 } }],
])('merging %j with %j gives %j', (target, patch, merged) => {
  expect(mergePatch(target, patch)).toEqual(merged)
})

test.each(['', 'x'.repeat(201), 'é'.repeat(101), 'a\u0000', 'a\nb', '\ud800', '..', '__proto__', 'constructor'])(
  'the key %j is refused',
  (key) => {
    expect(faultOfKey(key)).toMatch(/\.$/)
  },
)

test.each(['a', 'openrouter:z-ai/glm-4.5-air:free', '日本', 'a b', 'x'.repeat(200)])('the key %j is fine', (key) => {
  expect(faultOfKey(key)).toBeNull()
})
