import { expect, test } from 'vitest'
import { aliasText, readAliases } from './alias-text.ts'

test('names are written a line each and read alike', () => {
  const text = 'gpt-4o-2024-08-06 dated\ngpt-latest latest 2026-01-01'
  expect(aliasText(readAliases(text))).toBe(text)
})

test('a name alone gets the kind it looks like, empty lines are nothing', () => {
  expect(readAliases('  gpt-4o-20240806 \n\n gpt-4o-api ')).toEqual([
    { alias: 'gpt-4o-20240806', kind: 'dated' },
    { alias: 'gpt-4o-api', kind: 'upstream' },
  ])
})
