/** One figure with its goal. */
export interface Figure {
  readonly id: string
  readonly what: string
  readonly value: number
  readonly unit: 'µs' | 'ms' | 'MB' | 'x' | ''
  /** The value must not be above it; null: shown beside the others, without a goal. */
  readonly limit: number | null
}

export const isMet = ({ value, limit }: Figure): boolean => limit === null || value <= limit

const shown = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3))

/** A line a figure; one that misses its goal begins with an exclamation mark. */
export function figuresText(figures: readonly Figure[]): string {
  const cells = figures.map((figure) => [
    isMet(figure) ? ' ' : '!',
    figure.what,
    `${shown(figure.value)} ${figure.unit}`.trim(),
    figure.limit === null ? '' : `<= ${figure.limit} ${figure.unit}`.trim(),
  ])
  const lines = [[' ', 'catalogue', 'value', 'goal'], ...cells]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** The middle value, and the one that 1 % are above. */
export const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] ?? Number.NaN
