import { errorRatio, planOf } from './plans.ts'
import type { Share } from './plans.ts'
import { Random } from './random.ts'
import { runRollout } from './run-rollout.ts'
import type { Study } from './study.ts'
import { SessionTraffic } from './traffic/sessions.ts'

// H3: twice the failures from some minute on.

const onset = (name: string, shares: readonly Share[], minute: number): Study => ({
  name,
  drawn: 'counts',
  columns: ['seconds'],
  run: (seed) => {
    const T = (now: number) => (now < minute ? 0.02 : 0.04)
    const traffic = new SessionTraffic({ perSecond: 20, T, C: 0.02 }, new Random(seed))
    const { end, blocks } = runRollout(planOf(shares, [errorRatio]), traffic, { maxBlocks: minute * 6 + 4000 })
    const seconds = blocks * 10 - minute * 60
    return [end === 'rolled_back' && seconds > 0 ? seconds : Number.NaN]
  },
})

const forEver = 1_000_000

export const onsets = {
  fresh50: onset('H3 2x from the start at 50 %', [[50, forEver]], 0),
  minute10: onset(
    'H3 2x from minute 10 of the 50 % stage',
    [
      [1, 30],
      [10, 30],
      [50, forEver],
    ],
    70,
  ),
  fresh10: onset('H3 2x from the start at 10 %', [[10, forEver]], 0),
  hour12: onset('H3 2x after 12 h at 10 %', [[10, forEver]], 720),
}

export const onsetStudies: readonly Study[] = Object.values(onsets)
