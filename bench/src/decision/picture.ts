import type { ComparisonTable } from './comparison.ts'

const width = 1080
const rowHeight = 24
const top = 64
const nameEnd = 400
const harm = '2x over the plan'

interface Column {
  readonly left: number
  readonly width: number
  readonly title: string
  readonly textOf: (value: number) => string
  /** Length of a bar, as a part of the column. */
  readonly part: (value: number) => number
}

/** A line a rule: how often it rolls back what is healthy, beside what it lets through of what is not. */
export function goalPicture([alarms, excess]: readonly ComparisonTable[]): string {
  const rows = alarms && excess ? linesOf(alarms, excess) : []
  const largest = Math.max(1, ...rows.map(({ failures }) => failures))
  const columns: readonly [Column, Column] = [
    {
      left: nameEnd + 16,
      width: 240,
      title: 'healthy rollouts rolled back, on average',
      textOf: (value) => `${value.toFixed(value < 10 ? 2 : 0)} %`,
      part: (value) => value / 100,
    },
    {
      left: nameEnd + 350,
      width: 240,
      title: 'extra failures until 2x is acted on (log)',
      textOf: (value) => value.toFixed(value < 100 ? 1 : 0),
      part: (value) => Math.log1p(value) / Math.log1p(largest),
    },
  ]
  const height = top + rows.length * rowHeight + 16
  const lines = rows.map(({ name, alarm, failures }, i) => {
    const y = top + i * rowHeight
    const bars = [bar(columns[0], alarm, y, name), bar(columns[1], failures, y, name)]
    return `<text x="${nameEnd}" y="${y + 16}" text-anchor="end">${escaped(name)}</text>${bars.join('')}`
  })
  const titles = columns.map(({ left, title }) => `<text x="${left}" y="40" font-weight="600">${title}</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#1e293b">
<rect width="${width}" height="${height}" fill="#fff"/>
${[...titles, ...lines].join('\n')}
</svg>
`
}

/** The Wald oracle comes last and has no false rollbacks to show: it knows the truth. */
function linesOf(alarms: ComparisonTable, excess: ComparisonTable) {
  const index = excess.columns.indexOf(harm)
  return excess.rows.map(({ name, cells }) => {
    const known = alarms.rows.find((row) => row.name === name)
    return {
      name,
      alarm: known ? known.cells.reduce<number>((sum, cell) => sum + (cell ?? 0), 0) / known.cells.length : null,
      failures: cells[index] ?? 0,
    }
  })
}

function bar(column: Column, value: number | null, y: number, name: string): string {
  if (value === null) return ''
  const length = Math.max(1, column.part(value) * column.width)
  const fill = name === 'Sluice' ? '#0f766e' : '#cbd5e1'
  return `<rect x="${column.left}" y="${y + 4}" width="${length.toFixed(1)}" height="${rowHeight - 8}" rx="2" fill="${fill}"/><text x="${(column.left + length + 6).toFixed(1)}" y="${y + 16}">${column.textOf(value)}</text>`
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
