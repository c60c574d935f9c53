import { warmUpBlocks } from '../rollout/evidence.ts'
import { isRate, tailOf, testKind } from '../rollout/guardrail-test.ts'
import { shareOf } from '../rollout/plan.ts'
import type { Guardrail, Plan } from '../rollout/plan.ts'
import { maxUnits } from '../rollout/unit-sample.ts'
import { observationsFor, probabilityWithin } from './first-passage.ts'
import type { GroupSize } from './mean-climbs.ts'
import { meeting } from './meeting.ts'
import { cumulative, density } from './normal.ts'
import { baselineValue, harmRace, proofRace } from './race.ts'
import type { Setting } from './race.ts'
import type { Sight } from './sight.ts'
import { historyOf } from './traffic.ts'
import type { NoHistory, Traffic } from './traffic.ts'
import { windowSight } from './window-sight.ts'

const day = 86_400_000
const wanted = { T: 3, C: 30, parts: 16 } as const

/** What a guardrail can see at one stage at this traffic, or why that cannot be told. */
export function sightOf(plan: Plan, stage: number, guardrail: Guardrail, traffic: Traffic | null): Sight | NoHistory {
  const history = historyOf(guardrail, traffic)
  const planned = plan.stages[stage]
  if (typeof history === 'string' || !planned || !traffic) return typeof history === 'string' ? history : 'no_traffic'
  const share = shareOf(planned) / 100_000
  const perMs = traffic.unitsPerDay / day
  if (guardrail.window) {
    const callsPerMs = (traffic.callsPerDay ?? traffic.unitsPerDay) / day
    return windowSight(plan, guardrail, guardrail.window, history, {
      T: callsPerMs * share,
      C: callsPerMs * (1 - share),
    })
  }
  const group = groupSize(share, perMs * plan.blockMs)
  const setting: Setting = { plan, stage, guardrail, history, share, group }
  const start = startUpMs(setting, perMs)
  const meet = meeting(perMs * plan.blockMs)
  // Amounts wait for enough of both sides; a fixed limit needs them only beside it, to tell a shared incident.
  const met = (i: number) =>
    testKind(guardrail) === 'mean' || (i === 0 && guardrail.compare === 'absolute') ? 1 : meet
  const candidates = (ms: number) => Math.min(maxUnits, Math.max(0, ms) * perMs * share)
  const baseline = baselineValue(setting)
  const answerMs = isRate(guardrail) ? plan.timeoutMs + plan.blockMs : 0
  const harmWaitsMs = guardrail.settle === 'timeout' ? answerMs : 0
  return {
    baseline,
    found(truth) {
      const race = harmRace(setting, truth)
      return (withinMs) => {
        // A block decides at its end: half of one passes on average before what is there is seen.
        const n = candidates(withinMs - start - harmWaitsMs - plan.blockMs / 2)
        return Math.min(...race.map((climbs, i) => probabilityWithin(climbs, n * met(i))))
      }
    },
    proofMs(probability) {
      const needed = Math.max(
        ...proofRace(setting, baseline).map((climbs) => observationsFor(climbs, probability) / met(0)),
      )
      if (!(needed <= maxUnits)) return Infinity
      return start + needed / (perMs * share) + answerMs + plan.blockMs / 2
    },
  }
}

/** Mean size of a group: it closes with the part of a block that gives the last of either arm that it needs. */
function groupSize(share: number, unitsPerBlock: number): GroupSize {
  const forC = wanted.C / (1 - share)
  const forT = wanted.T / share
  const spread = Math.sqrt(wanted.T * (1 - share)) / share
  const z = (forT - forC) / spread
  const needed = forC + (forT - forC) * cumulative(z) + spread * density(z)
  const units = needed + unitsPerBlock / (2 * wanted.parts)
  return { T: units * share, C: units * (1 - share) }
}

/** Time before anything is weighed: amounts skip the first blocks of a visit, and in the first stage the baseline is measured. */
function startUpMs({ plan, stage, guardrail, share, group }: Setting, unitsPerMs: number): number {
  if (isRate(guardrail)) return 0
  const warmUp = warmUpBlocks * plan.blockMs
  if (stage > 0) return warmUp
  const needed =
    testKind(guardrail) === 'quantile-ratio'
      ? 20 / tailOf(guardrail)
      : guardrail.stat === 'mean'
        ? wanted.C + group.C
        : 0
  return warmUp + needed / (unitsPerMs * (1 - share))
}
