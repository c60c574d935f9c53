import { errorRatio, planOf } from './plans.ts'
import { Random } from './random.ts'
import { runRollout } from './run-rollout.ts'
import type { Verdict } from '@sluice/core/rollout'
import type { Study } from './study.ts'
import { SessionTraffic } from './traffic/sessions.ts'
import type { Sessions } from './traffic/sessions.ts'

// H7: when safety counts as proven, whatever harm says meanwhile.

const rule = { ...errorRatio, onBreach: 'notify' } as const

/** Candidate units that had settled by the proof (NaN: no proof in time), and seconds until then. */
const columns = ['settled', 'seconds'] as const

const studyOf = (name: string, percent: number, settings: Sessions, maxBlocks: number): Study => ({
  name,
  drawn: 'counts',
  columns,
  run: (seed) => {
    const traffic = new SessionTraffic(settings, new Random(seed))
    const plan = planOf([[percent, 1_000_000]], [rule], { advance: 'proof' })
    const isProven = ([verdict]: readonly Verdict[]) =>
      verdict !== undefined && verdict.safety.logE >= verdict.safety.provenAt
    const { end, blocks } = runRollout(plan, traffic, { maxBlocks, until: isProven })
    return end === 'watched' ? [traffic.settledT, blocks * 10] : [Number.NaN, Number.NaN]
  },
})

const shares = [1, 10, 50] as const

/** Long enough that more time would prove next to nothing more. */
const longest = { 1: 6000, 10: 2000, 50: 1000 } as const

export const safeAtOnce = shares.map((percent) => ({
  percent,
  study: studyOf(`H7 truth 1x at ${percent} %`, percent, { perSecond: 20, T: 0.02, C: 0.02 }, longest[percent]),
}))

export const atSafeLine: readonly Study[] = [
  ...shares.map((percent) =>
    studyOf(`H7 truth at the safe line, ${percent} %`, percent, { perSecond: 20, T: 0.04, C: 0.02 }, longest[percent]),
  ),
  ...[30, 60].map((seconds) =>
    studyOf(
      `H7 truth at the safe line, candidate's failures ${seconds} s late`,
      50,
      { perSecond: 2, T: 0.5, C: 0.25, lag: { T: { seconds, shape: 'fixed' }, C: null } },
      1000,
    ),
  ),
]

export const proofStudies: readonly Study[] = [...safeAtOnce.map(({ study }) => study), ...atSafeLine]
