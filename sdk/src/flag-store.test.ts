import { describe, expect, test } from 'vitest'
import { evaluate } from '#evaluation'
import { FlagStore } from './flag-store.ts'
import { plainFlag } from './testing/fake-server.ts'

const good = (revision = 5) => ({
  schema: 1,
  env: 'production',
  epoch: 'e1',
  revision,
  flagCount: 1,
  flags: { a: plainFlag('on') } as Record<string, unknown>,
})

function loaded() {
  const store = new FlagStore('production')
  store.accept(good(), 'server')
  return store
}

describe('a snapshot', () => {
  const malformed: [string, unknown][] = [
    ['null', null],
    ['text, as of a login page', '<html>Sign in</html>'],
    ['an array', [good()]],
    ['a number', 42],
    ['an empty object', {}],
    ['a newer schema', { ...good(9), schema: 2 }],
    ['no schema', { ...good(9), schema: undefined }],
    ['another environment', { ...good(9), env: 'staging' }],
    ['no environment', { ...good(9), env: null }],
    ['no epoch', { ...good(9), epoch: undefined }],
    ['an empty epoch', { ...good(9), epoch: '' }],
    ['a revision that is no integer', good(9.5)],
    ['a negative revision', good(-1)],
    ['a revision as text', { ...good(), revision: '9' }],
    ['an older revision', good(4)],
    ['no flags', { ...good(9), flags: undefined }],
    ['flags in an array', { ...good(9), flags: [plainFlag('on')] }],
    ['fewer flags than it says', { ...good(9), flagCount: 2 }],
    ['no count', { ...good(9), flagCount: undefined }],
    ['no flags without saying 0', { ...good(9), flags: {} }],
    ['a flag that is no object', { ...good(9), flags: { a: 'on' } }],
    [
      'a key that is no key',
      JSON.parse('{"schema":1,"env":"production","epoch":"e1","revision":9,"flagCount":1,"flags":{"__proto__":{}}}'),
    ],
  ]

  test.each(malformed)('of this kind is refused whole and changes nothing: %s', (_kind, snapshot) => {
    const store = loaded()
    const { compiled } = store
    expect(store.accept(snapshot, 'server')).toMatchObject({ outcome: 'refused', problem: expect.any(String) })
    expect(store.compiled).toBe(compiled)
    expect(store.snapshot?.revision).toBe(5)
  })

  test('that says it is empty is believed', () => {
    const store = loaded()
    expect(store.accept({ ...good(6), flagCount: 0, flags: {} }, 'server')).toEqual({
      outcome: 'changed',
      flags: ['a'],
    })
    expect(store.compiled?.flags.size).toBe(0)
  })

  test('with one unreadable flag still brings the others', () => {
    const store = loaded()
    const flags = { a: { ...plainFlag('on'), variants: { on: true, off: 'no' } }, b: plainFlag('on') }
    store.accept({ ...good(6), flagCount: 2, flags }, 'server')
    expect(evaluate(store.compiled!, 'b', {}, 0).value).toBe(true)
    expect(evaluate(store.compiled!, 'a', {}, 0).reason).toBe('ERROR')
  })

  test('of the same revision only confirms, and of a cache never takes the place of another epoch', () => {
    const store = new FlagStore('production')
    store.accept(good(), 'cache')
    expect(store.accept({ ...good(1), epoch: 'e0' }, 'bootstrap')).toEqual({ outcome: 'same' })
    expect(store.accept(good(6), 'bootstrap')).toMatchObject({ outcome: 'changed' })
    expect(store.origin).toBe('bootstrap')
    expect(store.accept(good(6), 'server')).toEqual({ outcome: 'same' })
    expect(store.origin).toBe('server')
    expect(store.accept({ ...good(1), epoch: 'e2' }, 'server')).toMatchObject({ outcome: 'changed' })
  })
})

describe('a patch', () => {
  test('is refused when it is none', () => {
    const flags = { a: null }
    const wrong = [
      null,
      { from: 5, flags },
      { from: 5, revision: 5, flags },
      { from: 5, revision: 6 },
      { from: 5, revision: 6, flags: { a: 'on' } },
      { from: '5', revision: 6, flags },
    ]
    const store = loaded()
    for (const patch of wrong) expect(store.patch(patch, 'e1')).toMatchObject({ outcome: 'refused' })
    expect(store.compiled?.flags.size).toBe(1)
  })

  test('that leaves a gap, or is of another epoch, is not applied', () => {
    const store = loaded()
    const patch = { from: 6, revision: 7, flags: { a: null } }
    expect(store.patch(patch, 'e1')).toEqual({ outcome: 'gap' })
    expect(store.patch({ ...patch, from: 5 }, 'e2')).toEqual({ outcome: 'gap' })
    expect(new FlagStore('production').patch(patch, 'e1')).toEqual({ outcome: 'gap' })
    expect(store.compiled?.flags.size).toBe(1)
  })

  test('that was seen before changes nothing', () => {
    const store = loaded()
    expect(store.patch({ from: 3, revision: 4, flags: { a: null } }, 'e1')).toEqual({ outcome: 'same' })
    expect(store.snapshot?.revision).toBe(5)
  })

  test('leaves a snapshot behind that can be read again', () => {
    const store = loaded()
    store.patch({ from: 5, revision: 6, flags: { b: plainFlag('on') } }, 'e1')
    const other = new FlagStore('production')
    expect(other.accept(JSON.parse(JSON.stringify(store.snapshot)), 'cache')).toEqual({
      outcome: 'changed',
      flags: ['a', 'b'],
    })
  })
})
