import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { checkSeed } from './check-seeds.ts'
import type { checkSeeds } from './check-seeds.ts'
import { simulateHistory } from './history.ts'
import { brokenIn } from './invariants/index.ts'
import { hiddenByTheLock, plantedBugs } from './planted-bugs.ts'
import { SimulatedStore } from './simulated-store.ts'

const run = promisify(execFile)
const histories = scale(40, 10_000)
const shares = 2
const seedsForABug = 1000
const patience = { timeout: scale(300_000, 7_200_000) }

/** In a process of its own: two of them use two processors. */
async function share(from: number, to: number): ReturnType<typeof checkSeeds> {
  const script = join(import.meta.dirname, 'run-seed.ts')
  const { stdout } = await run(process.execPath, ['--conditions=@sluice/source', script, `${from}-${to}`], {
    maxBuffer: 2 ** 28,
  })
  return JSON.parse(stdout) as Awaited<ReturnType<typeof checkSeeds>>
}

test(`${histories} histories full of faults break no invariant`, patience, async () => {
  const each = histories / shares
  const found = await Promise.all(Array.from({ length: shares }, (_, i) => share(i * each, (i + 1) * each)))
  expect(found.flatMap(({ broken }) => broken).join('\n\n')).toBe('')
  expect(found.reduce((sum, { histories: done }) => sum + done, 0)).toBe(histories)
})

test('the same seed makes the same history, on a new store and on a used one', async () => {
  const [store, used] = [await SimulatedStore.create(), await SimulatedStore.create()]
  await simulateHistory(1, used)
  const [a, b, other] = [await checkSeed(2, store), await checkSeed(2, used), await checkSeed(3, store)]
  expect(b).toEqual(a)
  expect(other.digest).not.toBe(a.digest)
})

describe('a planted bug is found', () => {
  test.for(plantedBugs)('$name', patience, async ({ breaks, sabotage }) => {
    const store = await SimulatedStore.create()
    for (let seed = 0; seed < seedsForABug; seed++) {
      const broken = brokenIn(await simulateHistory(seed, store, sabotage))
      if (broken.some(({ invariant }) => invariant.id === breaks)) return
    }
    expect.fail(`No seed below ${seedsForABug} broke ${breaks}.`)
  })

  test('but not a missing version check alone: the lock stands before it', patience, async () => {
    const store = await SimulatedStore.create()
    for (let seed = 0; seed < scale(5, 200); seed++)
      expect(brokenIn(await simulateHistory(seed, store, hiddenByTheLock))).toEqual([])
  })
})
