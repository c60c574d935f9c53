import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from './parse-json.ts'
import { readJson } from './read-json.ts'

test('JSON is read as everybody reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const json = JSON.stringify(value, null, 2)
      expect(parseJson(json)).toEqual(JSON.parse(json))
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['{"a": 1, "a": 2}', '"a"'],
  ['{"x": [{"b": {}, "c": [1, {"d": 1}], "b": 1}]}', '"b"'],
  [String.raw`{"a\\": 1, "a\\" : 2}`, String.raw`"a\\"`],
  [String.raw`{"é": 1, "\u00e9": 2}`, String.raw`"\u00e9"`],
  ['{"": 1, "": 2}', '""'],
  ['{"__proto__": 1, "__proto__": 2}', '"__proto__"'],
])('a name that stands twice is refused: %s', (json, name) => {
  expect(() => parseJson(json)).toThrow(`The name ${name} stands twice in one object`)
})

test.each([
  '{"a": {"a": {"a": "a"}}, "b": [{"a": 1}, {"a": 2}, "a", "a"]}',
  String.raw`{"a": "\"a\": 1, {[", "b": "]}\\"}`,
  '["a", "a"]',
  '"a"',
])('the same text elsewhere is no name: %s', (json) => {
  expect(parseJson(json)).toEqual(JSON.parse(json))
})

test('a byte order mark before a file is no part of it', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'sluice-json-')), 'flags.json')
  await writeFile(path, '\ufeff{"flags": {}}')
  expect(await readJson(path)).toEqual({ flags: {} })
  await writeFile(path, '{"flags": {}, "flags": {}}')
  await expect(readJson(path)).rejects.toThrow(/flags\.json cannot be read as JSON: The name "flags" stands twice/)
})
