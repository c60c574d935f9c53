import { describe, expect, test } from 'vitest'
import { records } from '../../../testing/planned-import.ts'
import { JsonBroken } from './read-json.ts'
import { UnreadableFile } from './read-records.ts'

describe('bad files', () => {
  const good = { id: 'a:good', prices: [{ meter: 'input', rate: '1' }] }

  /** Each is one bad model, with the pointer of what is wrong in it. */
  const bad: readonly (readonly [string, string, string])[] = [
    ['no object', '7', ''],
    ['no id', '{"name": "x"}', '/id'],
    ['an id that is a number', '{"id": 7}', '/id'],
    ['an id without provider', '{"id": "gpt-4o"}', '/id'],
    ['a provider in capitals', '{"id": "OpenAI:x"}', '/id'],
    ['a provider that is not in the id', '{"id": "a:x", "provider": "b"}', '/provider'],
    ['a negative price', '{"id": "a:x", "prices": [{"meter": "input", "rate": "-1"}]}', '/prices/0/rate'],
    ['NaN', '{"id": "a:x", "prices": [{"meter": "input", "rate": NaN}]}', '/prices/0/rate'],
    ['Infinity', '{"id": "a:x", "limits": {"context": -Infinity}}', '/limits/context'],
    ['a price in words', '{"id": "a:x", "prices": [{"meter": "input", "rate": "cheap"}]}', '/prices/0/rate'],
    ['too many digits', '{"id": "a:x", "prices": [{"meter": "input", "rate": 1.23456789012345678}]}', '/prices/0/rate'],
    ['an unknown meter', '{"id": "a:x", "prices": [{"meter": "inptu", "rate": "1"}]}', '/prices/0/meter'],
    ['a per of 7', '{"id": "a:x", "prices": [{"meter": "input", "rate": "1", "per": 7}]}', '/prices/0/per'],
    ['euros', '{"id": "a:x", "prices": [{"meter": "input", "rate": "1", "currency": "EUR"}]}', '/prices/0/currency'],
    ['a name twice', '{"id": "a:x", "name": "x", "name": "y"}', '/name'],
    ['a reserved name', '{"id": "a:x", "__proto__": {"admin": true}}', '/__proto__'],
    ['a reserved name deep inside', '{"id": "a:x", "extra": {"a": {"constructor": 1}}}', '/extra/a/constructor'],
    ['too deep', `{"id": "a:x", "extra": ${'['.repeat(40)}${']'.repeat(40)}}`, `/extra${'/0'.repeat(29)}`],
    ['an unknown field', '{"id": "a:x", "prics": []}', '/prics'],
    ['an unknown status', '{"id": "a:x", "status": "gone"}', '/status'],
    ['half a surrogate pair', String.raw`{"id": "a:x", "notes": "\ud800"}`, '/notes'],
    ['a bad date', '{"id": "a:x", "retireAt": "31.12.2026"}', '/retireAt'],
    [
      'an effort not offered',
      '{"id": "a:x", "reasoning": {"type": "effort", "param": "e", "values": ["low"], "default": "max"}}',
      '/reasoning/default',
    ],
    ['a successor that is not there', '{"id": "a:x", "replacedBy": "a:none"}', '/replacedBy'],
    ['an id that stands already', '{"id": "a:good"}', '/id'],
    ['a name that another model has', '{"id": "a:x", "aliases": [{"alias": "a:good"}]}', '/aliases/0'],
  ]

  test.each(bad)('%s is an error with its pointer, line and column, and the others go on', (_, text, pointer) => {
    const file = `{"format": "sluice-catalogue/1", "models": [\n${JSON.stringify(good)},\n${text}\n]}`
    const [first, second] = records(file)
    expect(first?.action).toBe('create')
    expect(second).toMatchObject({ action: 'error', model: null, line: 3, pointer: '/models/1' })
    expect(second?.errors.map((error) => error.pointer)).toContain(`/models/1${pointer}`)
    expect(second?.errors[0]?.line).toBe(3)
    expect(second?.errors[0]?.column).toBeGreaterThan(0)
  })

  test('of many bad rows each is named', () => {
    const rows = Array.from({ length: 20 * bad.length }, (_, i) =>
      i % 20 === 7 ? bad[(i / 20) | 0]?.[1].replace('a:x', `a:x${i}`) : JSON.stringify({ id: `a:m${i}` }),
    )
    const found = records(`{"models": [\n${JSON.stringify(good)},\n${rows.join(',\n')}\n]}`)
    expect(found.filter(({ action }) => action === 'error').map(({ line }) => line)).toEqual(
      bad.map((_, i) => i * 20 + 7 + 3),
    )
  })

  test('what is no JSON, none of the formats, or too large is refused whole', () => {
    expect(() => records('{"models": [{"id": "a:x"} {"id"')).toThrow(JsonBroken)
    expect(() => records({ hello: 'world' })).toThrow(UnreadableFile)
    expect(() => records({ models: Array.from({ length: 10_001 }, () => 1) })).toThrow(/10000/)
  })
})
