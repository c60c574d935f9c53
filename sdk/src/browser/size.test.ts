import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundle } from '../testing/bundle.ts'

test('what a page loads is at most 6 kB, without Node and without the evaluator', async () => {
  const { code, modules } = await bundle('browser.ts', { format: 'es' })
  expect(gzipSync(code, { level: 9 }).byteLength).toBeLessThanOrEqual(6000)
  expect(modules.filter((id) => id.startsWith('node:') || id.includes('/core/'))).toEqual([])
})
