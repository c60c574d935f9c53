import type { Suite } from '../suite.ts'
import { comparisons } from './comparison.ts'
import type { Answers } from './study.ts'
import { usualSeed } from './study.ts'
import { goalLines, oneSetRow } from './goals.ts'
import { decisionPage } from './page.ts'
import type { DecisionFigures } from './page.ts'
import { answersOf } from './parallel.ts'
import { comparisonTable, goalTable } from './table.ts'

/** `npm run bench -- decision`: the engine against its goals, beside the rules of others. */
export const suite: Suite = async ({ repetitions, only, seed = usualSeed, tell }) => {
  const isWanted = ({ id, needs }: { id: string; needs: readonly { study: string }[] }): boolean =>
    only === null || id === only || (needs.length > 0 && needs.every(({ study }) => study.includes(only)))
  const lines = goalLines.filter(isWanted)
  const tables = comparisons.filter(isWanted)
  const orders = new Map<string, number>()
  for (const { needs } of [...lines, ...tables])
    for (const { study, runs } of needs) orders.set(study, repetitions ?? Math.max(runs, orders.get(study) ?? 0))
  const answers = await answersOf(
    [...orders].map(([study, runs]) => ({ study, runs })),
    seed,
    tell,
  )
  const known = (study: string): Answers => {
    const found = answers.get(study)
    if (!found) throw new RangeError(`Nobody named the study ${study} among what it needs.`)
    return found
  }
  const rows = lines.map(({ row }) => row(known))
  const figures: DecisionFigures = {
    suite: 'decision',
    seed,
    node: process.version,
    goals: [...rows, ...oneSetRow(rows)],
    comparisons: tables.map(({ table }) => table(known)),
  }
  return {
    text: [goalTable(figures.goals), ...figures.comparisons.map(comparisonTable)].join('\n\n'),
    figures,
    missed: figures.goals.filter(({ met }) => !met).length,
    files: decisionPage(figures),
  }
}
