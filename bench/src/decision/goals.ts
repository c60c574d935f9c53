import { dearer, latencies, savingsOf } from './amounts.ts'
import { upperLimit } from './clopper-pearson.ts'
import { atMost, rateAtMost } from './goal.ts'
import type { AnswersOf, GoalLine, GoalRow } from './goal.ts'
import { atOnePercent, overThePlan, rateOf, tenGuardrails } from './harmful.ts'
import type { Harm } from './harmful.ts'
import { healthyStudies } from './healthy.ts'
import { onsets } from './onsets.ts'
import { planned } from './planned.ts'
import { atSafeLine, safeAtOnce } from './proofs.ts'
import { replayStudy } from './replays.ts'
import { losses, noLoss } from './sample-ratio.ts'
import { speedLines } from './speed.ts'
import type { Answers, Study } from './study.ts'
import { waldSamples } from './wald.ts'

/** A line that needs one study. */
const line = (
  id: string,
  { name }: Pick<Study, 'name'>,
  runs: number,
  row: (id: string, answers: Answers) => GoalRow,
): GoalLine => ({ id, needs: [{ study: name, runs }], row: (answersOf: AnswersOf) => row(id, answersOf(name)) })

const falseRollbacks = healthyStudies.map((study) => line('G1', study, 10_000, falseRollbackRow))

/** Seen at most 1 %, and the limit at most 1.2 % where there are runs enough to say so. */
function falseRollbackRow(id: string, answers: Answers): GoalRow {
  const { study, runs, firstSeed } = answers
  const count = answers.count('rolledBack')
  const value = (100 * count) / runs
  const upper = 100 * upperLimit(count, runs)
  const goal = '<= 1 %, limit <= 1.2 %'
  return { id, what: study, value, upper, goal, met: value <= 1 && upper <= 1.2, unit: '%', runs, firstSeed }
}

const ofTwoPercent = atOnePercent.filter(({ base, perSecond }) => base === 0.02 && perSecond === 20)
const harmRuns = ({ times }: Harm): number => (times < 2 ? 4000 : 10_000)

/** The harms that have a limit in the list, each with it. */
const limited = (harms: readonly Harm[], limits: readonly (readonly [times: number, limit: number])[]) =>
  limits.flatMap(([times, limit]) => harms.filter((harm) => harm.times === times).map((harm) => ({ harm, limit })))

const perBound = (p1: number, limit: number) => (id: string, answers: Answers) => {
  const bound = waldSamples(p1, 0.02)
  return atMost(
    id,
    `${answers.study}: samples / ${bound.toFixed(0)}`,
    answers.mean('units') / bound,
    limit,
    answers,
    'x',
  )
}

const samples = limited(ofTwoPercent, [
  [1.5, 1.5],
  [2, 1.25],
  [3, 1.5],
  [5, 1.5],
]).map(({ harm, limit }) => line('G2', harm, harmRuns(harm), perBound(rateOf(harm), limit)))

const excessOf = (limit: number) => (id: string, answers: Answers) =>
  atMost(id, `${answers.study}: excess failures`, answers.mean('excess'), limit, answers)

export const excess = limited(ofTwoPercent, [
  [2, 14.5],
  [3, 10],
  [5, 7],
  [Infinity, 4.2],
]).map(({ harm, limit }) => line('G3', harm, harmRuns(harm), excessOf(limit)))

const excessOverPlan = limited(overThePlan, [
  [2, 18],
  [5, 7],
]).map(({ harm, limit }) => line('G4', harm, 10_000, excessOf(limit)))

const manyGuardrails = line('G5', tenGuardrails, 2000, perBound(0.04, 1.9))

const medianOf = (limit: number) => (id: string, answers: Answers) =>
  atMost(id, `${answers.study}: median observations`, answers.median('observations'), limit, answers)

const rateOfColumn = (column: string, limit: number) => (id: string, answers: Answers) =>
  rateAtMost(id, column, answers, limit)

const quantiles = [
  line('G6', latencies.boundary, 4000, rateOfColumn('observations', 1)),
  line('G6', latencies.triple, 2000, medianOf(50)),
  line('G6', latencies.double, 2000, medianOf(320)),
]

const limitOfCost = { 1: 175, 10: 220, 50: 1200 } as const

const costs = [
  ...dearer
    .filter(({ times }) => times === 1.5)
    .map(({ percent, study }) => line('G7', study, 2000, medianOf(limitOfCost[percent]))),
  line('G7', savingsOf.none, 4000, rateOfColumn('observations', 1)),
  ...healthyStudies
    .filter(({ name }) => name.startsWith('N8'))
    .map((study) => line('G7', study, 10_000, falseRollbackRow)),
]

const boundOfProof = { 1: [480, 1.2], 10: [560, 1.2], 50: [1248, 1.35] } as const

const proofs = [
  ...atSafeLine.map((study) => line('G8', study, 2000, rateOfColumn('settled', 5))),
  ...safeAtOnce.map(({ percent, study }) =>
    line('G8', study, 2000, (id, answers) => {
      const [bound, limit] = boundOfProof[percent]
      return atMost(id, `${answers.study}: samples / ${bound}`, answers.mean('settled') / bound, limit, answers, 'x')
    }),
  ),
]

const onsetDelays = (
  [
    [onsets.minute10, onsets.fresh50, 1.5],
    [onsets.hour12, onsets.fresh10, 3],
  ] as const
).map(([late, fresh, limit]): GoalLine => ({
  id: 'G9',
  needs: [late, fresh].map(({ name }) => ({ study: name, runs: 1000 })),
  row: (answersOf) => {
    const answers = answersOf(late.name)
    const usual = answersOf(fresh.name).median('seconds')
    const extra = (answers.median('seconds') - usual) / usual
    return atMost('G9', `${late.name}: extra delay / ${usual} s`, extra, limit, answers, 'x')
  },
}))

const sampleRatio = [
  ...noLoss.map((study) => line('G10', study, 10_000, rateOfColumn('sluice', 0.1))),
  ...losses
    .filter(({ loss }) => loss === 0.2)
    .map(({ study }) =>
      line('G10', study, 2000, (id, answers) => {
        const ratio = answers.median('sluice') / answers.median('chiSquare')
        return atMost(id, `${answers.study}: median / chi-square's`, ratio, 1.2, answers, 'x')
      }),
    ),
]

const replays = [
  line('G13', replayStudy, 10_000, (id, answers) =>
    atMost(id, `${answers.study}: histories that differ`, answers.count('differing'), 0, answers),
  ),
  line('G13', replayStudy, 10_000, (id, answers) => {
    const furthest = answers.column('logE').reduce((most, value) => Math.max(most, value), 0)
    return atMost(id, `${answers.study}: largest difference of log E`, furthest, 1e-9, answers)
  }),
]

const predictions = planned.map(({ study, column, unitMs, predictedMs }) =>
  line('G14', { name: study }, 2000, (id, answers) => {
    const ratio = predictedMs / (answers.quantile(column, 0.8) * unitMs)
    const row = atMost(id, `${answers.study}: predicted / seen time of 80 in 100`, ratio, 1.15, answers, 'x')
    return { ...row, goal: '0.85 to 1.15x', met: ratio >= 0.85 && ratio <= 1.15 }
  }),
)

export const goalLines: readonly GoalLine[] = [
  ...falseRollbacks,
  ...samples,
  ...excess,
  ...excessOverPlan,
  manyGuardrails,
  ...quantiles,
  ...costs,
  ...proofs,
  ...onsetDelays,
  ...sampleRatio,
  ...speedLines,
  ...replays,
  ...predictions,
]

/** One set of defaults for all of it: how many lines of the goals on harm and false harm are missed. */
export function oneSetRow(rows: readonly GoalRow[]): readonly GoalRow[] {
  const of = (id: string) => rows.filter((row) => row.id === id)
  const parts = ['G1', 'G2', 'G3', 'G4'].map(of)
  if (parts.some((part) => part.length === 0)) return []
  const missed = parts.flat().filter(({ met }) => !met).length
  const what = 'lines of G1 to G4 missed by one set of defaults, 0.1 to 5 %, 2 to 200 req/s'
  return [
    {
      id: 'G15',
      what,
      value: missed,
      upper: null,
      goal: '<= 0',
      met: missed === 0,
      unit: '',
      runs: 1,
      firstSeed: null,
    },
  ]
}
