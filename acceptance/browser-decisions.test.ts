import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { replayStudy } from '../bench/src/decision/replays.ts'
import { scale } from '../testing/scale.ts'
import { launchBrowser } from './launch-browser.ts'

declare const study: { readonly replayStudy: typeof replayStudy }

const entry = fileURLToPath(new URL('../bench/src/decision/replays.ts', import.meta.url))
let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())

test('a browser takes the decisions that Node takes, to the last word', async () => {
  const build = await rolldown({ input: entry, resolve: { conditionNames: ['@sluice/source', 'default'] } })
  const { output } = await build.generate({ format: 'iife', name: 'study' })
  await build.close()
  const page = await browser.newPage()
  await page.addScriptTag({ content: output[0].code })
  const seeds = Array.from({ length: scale(300, 10_000) }, (_, i) => 1_000_003 * (i + 1))
  const inBrowser = await page.evaluate((some) => some.map((seed) => study.replayStudy.run(seed)), seeds)
  const here = seeds.map((seed) => replayStudy.run(seed))
  const digests = inBrowser.map(([, , digest]) => digest)
  expect(digests).toEqual(here.map(([, , digest]) => digest))
  // They are histories, and not one that stays quiet again and again.
  expect(new Set(digests).size).toBeGreaterThan(100)
  for (const [differing, logE] of inBrowser) {
    expect(differing).toBe(0)
    expect(logE).toBeLessThanOrEqual(1e-9)
  }
})
