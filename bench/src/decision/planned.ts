import { previewPlan } from '@sluice/core/planning'
import type { Outlook } from '@sluice/core/planning'
import { atOnePercent } from './harmful.ts'
import { onsets } from './onsets.ts'
import { blockMs, errorRatio, planOf } from './plans.ts'
import { safeAtOnce } from './proofs.ts'

/** What the planner says before a start, in milliseconds, and the study that tells whether it was right. */
export interface Planned {
  readonly study: string
  readonly column: string
  /** Milliseconds that one of the column stands for. */
  readonly unitMs: number
  readonly predictedMs: number
}

const perSecond = 20

function outlookAt(percent: number): Outlook {
  const traffic = { unitsPerDay: perSecond * 86_400, rates: { error: 0.02 }, values: {} }
  const [outlook] = previewPlan(planOf([[percent, 60]], [errorRatio]), traffic).stages[0]?.outlooks ?? []
  if (!outlook) throw new RangeError(`The planner says nothing of ${percent} %.`)
  return outlook
}

const foundMs = (percent: number, times: number): number =>
  outlookAt(percent).prospects.find(({ effect }) => effect === times)?.timeMs ?? Infinity

const harms = atOnePercent.filter(
  (harm) => [2, 5].includes(harm.times) && harm.base === 0.02 && harm.perSecond === perSecond,
)

/** Times within which 80 of 100 rollouts are decided. */
export const planned: readonly Planned[] = [
  ...harms.map(({ name, times }) => ({
    study: name,
    column: 'blocks',
    unitMs: blockMs,
    predictedMs: foundMs(1, times),
  })),
  { study: onsets.fresh10.name, column: 'seconds', unitMs: 1000, predictedMs: foundMs(10, 2) },
  { study: onsets.fresh50.name, column: 'seconds', unitMs: 1000, predictedMs: foundMs(50, 2) },
  ...safeAtOnce.map(({ percent, study }) => ({
    study: study.name,
    column: 'seconds',
    unitMs: 1000,
    predictedMs: outlookAt(percent).proofMs ?? Infinity,
  })),
]
