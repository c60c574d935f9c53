import type { AnswersOf } from './goal.ts'
import { atOnePercent, timesText } from './harmful.ts'
import { rivalName, rules, triedHarms, triedOn } from './rivals/compared.ts'
import { oracle } from './rivals/tests.ts'

/** Rules side by side; a cell is a number or, where a rule never fired, null. */
export interface ComparisonTable {
  readonly title: string
  /** How often the rules of others were tried. */
  readonly runs: number
  readonly columns: readonly string[]
  readonly rows: readonly { readonly name: string; readonly cells: readonly (number | null)[] }[]
}

export interface Comparison {
  readonly id: string
  readonly needs: readonly { readonly study: string; readonly runs: number }[]
  readonly table: (answersOf: AnswersOf) => ComparisonTable
}

const ruleNames = rules.map(({ name }) => name)

const falseAlarms: Comparison = {
  id: 'rules',
  needs: triedOn.flatMap((study) => [
    { study, runs: 10_000 },
    { study: rivalName(study), runs: 1000 },
  ]),
  table: (answersOf) => {
    const percent = (study: string, column: string): number => {
      const answers = answersOf(study)
      return (100 * answers.count(column)) / answers.runs
    }
    return {
      title: 'False rollbacks of healthy rollouts, %',
      runs: Math.min(...triedOn.map((study) => answersOf(rivalName(study)).runs)),
      columns: triedOn,
      rows: [
        { name: 'Sluice', cells: triedOn.map((study) => percent(study, 'rolledBack')) },
        ...ruleNames.map((name) => ({ name, cells: triedOn.map((study) => percent(rivalName(study), name)) })),
      ],
    }
  },
}

const oracleName = oracle(0.02, 0.04).name

const excess: Comparison = {
  id: 'rules',
  needs: triedHarms.flatMap(({ name }) => [
    { study: name, runs: 10_000 },
    { study: rivalName(name), runs: 1000 },
  ]),
  table: (answersOf) => {
    const mean = (study: string, column: string): number | null => {
      const value = answersOf(study).mean(column)
      return Number.isNaN(value) ? null : value
    }
    return {
      title: 'Failures beyond the baseline until a rule acts, on average',
      runs: Math.min(...triedHarms.map(({ name }) => answersOf(rivalName(name)).runs)),
      columns: triedHarms.map((harm) =>
        atOnePercent.includes(harm) ? `${timesText(harm.times)} at 1 %` : `${timesText(harm.times)} over the plan`,
      ),
      rows: [
        { name: 'Sluice', cells: triedHarms.map(({ name }) => mean(name, 'excess')) },
        ...[...ruleNames, oracleName].map((rule) => ({
          name: rule,
          cells: triedHarms.map(({ name }) => mean(rivalName(name), rule)),
        })),
      ],
    }
  },
}

/** Harm and false harm, always both: a rule that rolls everything back finds every fault. */
export const comparisons: readonly Comparison[] = [falseAlarms, excess]
