import { expect, test } from 'vitest'
import { errorOver, errorRatio, planOf } from './plans.ts'
import { Random } from './random.ts'
import { runRollout } from './run-rollout.ts'
import { SessionTraffic } from './traffic/sessions.ts'

test('the limits that only draw the interval change no decision', () => {
  const plan = planOf(
    [
      [5, 5],
      [50, 5],
    ],
    [errorRatio, errorOver],
  )
  const ends = new Set<string>()
  for (let seed = 1; seed <= 20; seed++) {
    const runs = [true, false].map((wholeGrid) => {
      const traffic = new SessionTraffic({ perSecond: 20, T: 0.08, C: 0.04 }, new Random(seed))
      const { end, blocks, state } = runRollout(plan, traffic, { maxBlocks: 90, wholeGrid })
      return { end, blocks, stage: state.stage, healthyBlocks: state.healthyBlocks }
    })
    expect(runs[0]).toEqual(runs[1])
    ends.add(`${runs[0]?.end} ${runs[0]?.blocks}`)
  }
  expect(ends.size).toBeGreaterThan(10)
})
