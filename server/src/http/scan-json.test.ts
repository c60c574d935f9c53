import { SluiceError } from '@sluice/contract'
import { describe, expect, test } from 'vitest'
import { findJsonFaults } from './json-faults.ts'
import { scanJson } from './scan-json.ts'

const scan = (text: string, limits = { depth: 32, tokens: 1000 }): string => {
  try {
    scanJson(new TextEncoder().encode(text), limits)
    return 'taken'
  } catch (error) {
    return error instanceof SluiceError ? error.code : 'another error'
  }
}

describe('the scan before parsing', () => {
  test('counts depth at its limit, not before', () => {
    expect(scan('['.repeat(32) + ']'.repeat(32))).toBe('taken')
    expect(scan('['.repeat(33) + ']'.repeat(33))).toBe('INVALID_INPUT')
    expect(scan('{"a":'.repeat(33) + '1' + '}'.repeat(33))).toBe('INVALID_INPUT')
  })

  test('counts values', () => {
    expect(scan(`[${Array.from({ length: 990 }, () => 1).join()}]`)).toBe('taken')
    expect(scan(`[${Array.from({ length: 1001 }, () => 1).join()}]`)).toBe('INVALID_INPUT')
  })

  test('is not taken in by brackets and quotes within texts', () => {
    expect(scan(`{"a":"${'['.repeat(99)}","b":"\\"${'{'.repeat(99)}"}`)).toBe('taken')
    expect(scan(`["\\\\",${'['.repeat(40)}`)).toBe('INVALID_INPUT')
  })

  test.each([
    ['[[[[', '/0/0/0'],
    ['{"a":[1,{"b":[2]},{"d/e":[3]}]}', '/a/1/b'],
    ['{"a":[1,[2],{"d/e":[3]}]}', '/a/2/d~1e'],
    ['{"x,[{":[0,"],:{",[[]]]}', '/x,[{/2/0'],
    ['{"\\"q\\\\":{"a":{"b":{}}}}', '/"q\\/a/b'],
  ])('names the place where %s is too deep', (text, pointer) => {
    const places: string[] = []
    try {
      scanJson(new TextEncoder().encode(text), { depth: 3, tokens: 1000 })
    } catch (error) {
      places.push(...(error as SluiceError).errors.map((fault) => fault.pointer))
    }
    expect(places).toEqual([pointer])
  })

  test('takes millions of brackets without falling over', () => {
    expect(scan('['.repeat(2_000_000))).toBe('INVALID_INPUT')
  })
})

describe('faults in parsed JSON', () => {
  test('names every place', () => {
    const value = JSON.parse(
      '{"__proto__":1,"a":[{"constructor":{}},"x\\ud800"],"b\\u0000":"\\u0000","t/~":{"prototype":1}}',
    )
    expect(findJsonFaults(value).map(({ pointer, code }) => `${code} ${pointer}`)).toEqual([
      'reserved /__proto__',
      'reserved /a/0/constructor',
      'invalid_text /a/1',
      'invalid_text /b\u0000',
      'invalid_text /b\u0000',
      'reserved /t~1~0/prototype',
    ])
  })

  test('leaves whole emoji and decomposed letters alone', () => {
    expect(findJsonFaults({ a: '😀', é: 'e\u0301' })).toEqual([])
  })
})
