import { sampleRatioOf } from '@sluice/core/rollout'
import { errorRatio, planOf } from './plans.ts'
import { Random } from './random.ts'
import { runRollout } from './run-rollout.ts'
import type { Study } from './study.ts'
import { SessionTraffic } from './traffic/sessions.ts'

// H6: rows of the candidate get lost. Sluice's check against a chi-square test at 0.1 %, looked at every block.

const sluiceAt = Math.log(1000)
/** Chi-square of one degree of freedom: p < 0.001 beyond it. */
const chiSquareAt = 10.8276
const fewestUnits = 8

const quiet = { ...errorRatio, onBreach: 'notify' } as const

const lossStudy = (loss: number, percent: number, maxBlocks: number): Study => ({
  name: `H6 ${loss * 100} % of the candidate's units lost at ${percent} %`,
  drawn: 'counts',
  columns: ['sluice', 'chiSquare'],
  run: (seed) => {
    const settings = { perSecond: 20, T: 0.02, C: 0.02, lossT: loss }
    const traffic = new SessionTraffic(settings, new Random(seed))
    let blocks = 0
    const found = { sluice: Number.NaN, chiSquare: Number.NaN }
    runRollout(planOf([[percent, 1_000_000]], [quiet]), traffic, {
      maxBlocks,
      until: (_, state) => {
        blocks += 1
        const { T, C } = state.sampleRatio.units
        const [wantT, wantC] = [((T + C) * percent) / 100, (T + C) * (1 - percent / 100)]
        const chiSquare = (T - wantT) ** 2 / wantT + (C - wantC) ** 2 / wantC
        if (Number.isNaN(found.chiSquare) && Math.min(T, C) >= fewestUnits && chiSquare > chiSquareAt)
          found.chiSquare = blocks
        if (Number.isNaN(found.sluice) && sampleRatioOf(state) >= sluiceAt) found.sluice = blocks
        return !Number.isNaN(found.sluice + found.chiSquare)
      },
    })
    return [found.sluice, found.chiSquare]
  },
})

export const noLoss = [1, 10, 50].map((percent) => lossStudy(0, percent, 720))
export const losses = [0.05, 0.1, 0.2].flatMap((loss) =>
  [10, 50].map((percent) => ({ loss, percent, study: lossStudy(loss, percent, 4000) })),
)

export const sampleRatioStudies: readonly Study[] = [...noLoss, ...losses.map(({ study }) => study)]
