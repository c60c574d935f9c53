import { upperLimit } from './clopper-pearson.ts'
import type { Answers } from './study.ts'

/** One line of the table: what was to be reached, and what was. */
export interface GoalRow {
  readonly id: string
  readonly what: string
  readonly value: number
  /** Upper end of the 95 % interval of the value, where it is a rate. */
  readonly upper: number | null
  /** What the value must not be above, where that is all. */
  readonly limit?: number
  /** As it is printed: "<= 1.2 %". */
  readonly goal: string
  readonly met: boolean
  readonly unit: '%' | 'x' | ''
  readonly runs: number
  /** Null for what draws no numbers. */
  readonly firstSeed: number | null
}

export type AnswersOf = (study: string) => Answers

/** A line of the table: which studies it needs, how often, and what it makes of their answers. */
export interface GoalLine {
  readonly id: string
  readonly needs: readonly { readonly study: string; readonly runs: number }[]
  readonly row: (answersOf: AnswersOf) => GoalRow
}

/** A value that must not be above a limit. */
export function atMost(
  id: string,
  what: string,
  value: number,
  limit: number,
  { runs, firstSeed }: Answers,
  unit: GoalRow['unit'] = '',
): GoalRow {
  return {
    id,
    what,
    value,
    upper: null,
    limit,
    goal: `<= ${limit}${unit === '%' ? ' %' : unit}`,
    met: value <= limit,
    unit,
    runs,
    firstSeed,
  }
}

/** How often a column has a number, in percent, which must not be above a limit; shown with the upper end of its interval. */
export function rateAtMost(id: string, column: string, answers: Answers, limit: number): GoalRow {
  const count = answers.runs - answers.column(column).filter(Number.isNaN).length
  const row = atMost(id, answers.study, (100 * count) / answers.runs, limit, answers, '%')
  return { ...row, upper: 100 * upperLimit(count, answers.runs) }
}
