import type { ComparisonTable } from './comparison.ts'
import type { GoalRow } from './goal.ts'

/** A figure as people read it: three digits. */
export function figureText(value: number, unit: GoalRow['unit'] = ''): string {
  if (!Number.isFinite(value)) return 'never'
  const size = Math.abs(value)
  const digits = Number.isInteger(value) || size >= 100 ? value.toFixed(0) : value.toFixed(size >= 10 ? 1 : 2)
  const small = size > 0 && size < 0.005 ? value.toExponential(0) : digits
  return `${small}${unit === '%' ? ' %' : unit}`
}

const goalHead = ['', 'goal', 'what', 'value', '95 % limit', 'wanted', 'runs', 'first seed'] as const

const goalCells = (row: GoalRow): readonly string[] => [
  row.met ? '' : '!',
  row.id,
  row.what,
  figureText(row.value, row.unit),
  row.upper === null ? '' : figureText(row.upper, row.unit),
  row.goal,
  row.firstSeed === null ? '' : String(row.runs),
  row.firstSeed === null ? '' : String(row.firstSeed),
]

/** Goals as lines of text; a missed one begins with an exclamation mark. */
export const goalTable = (rows: readonly GoalRow[]): string => aligned([goalHead, ...rows.map(goalCells)])

export const comparisonCells = ({ columns, rows }: ComparisonTable): readonly (readonly string[])[] => [
  ['', ...columns],
  ...rows.map(({ name, cells }) => [name, ...cells.map((cell) => (cell === null ? 'never' : figureText(cell)))]),
]

export const comparisonTable = (table: ComparisonTable): string =>
  `${table.title} (${table.runs} runs)\n\n${aligned(comparisonCells(table))}`

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, c) => Math.max(...lines.map((line) => line[c]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, c) => cell.padEnd(widths[c] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
