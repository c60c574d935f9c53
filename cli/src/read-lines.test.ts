import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLines } from './read-lines.ts'

async function linesOf(bytes: Buffer, cuts: readonly number[]): Promise<(string | null)[]> {
  async function* chunks(): AsyncGenerator<Buffer> {
    let start = 0
    for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
      yield bytes.subarray(start, Math.max(start, cut))
      start = Math.max(start, cut)
    }
  }
  const lines: (string | null)[] = []
  for await (const line of readLines(chunks())) lines.push(line)
  return lines
}

test('lines end at line feeds alone, wherever the bytes are cut', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀', '\u2028', '\u2029', '\r', '\u0085', '"') })
  const property = fc.asyncProperty(fc.array(line), fc.array(fc.nat(200)), async (lines, cuts) => {
    const bytes = Buffer.from(lines.join('\n'))
    const within = cuts.filter((cut) => cut < bytes.length)
    expect(await linesOf(bytes, within)).toEqual(lines.join('\n').split('\n'))
  })
  await fc.assert(property, { numRuns: 300 })
})

test('a line that is no UTF-8 spoils no other', async () => {
  expect(await linesOf(Buffer.from('61ff620a63c3a9', 'hex'), [5, 6])).toEqual([null, 'cé'])
})
