import type { ComparisonTable } from './comparison.ts'
import type { DecisionFigures } from './page.ts'

const width = 960
const left = 380
const right = 40
const rowHeight = 24

interface Bar {
  readonly name: string
  readonly value: number | null
  readonly text: string
}

/** Two charts: false rollbacks where nothing is wrong, and failures until twice the failures are found. */
export function goalPicture({ comparisons }: DecisionFigures): string {
  const [alarms, excess] = comparisons
  const charts = [
    ...(alarms ? [chart('Healthy rollouts rolled back, worst of the scenarios, %', worst(alarms), 100)] : []),
    ...(excess
      ? [
          chart(
            'Failures beyond the baseline until 2x is acted on, over the plan',
            column(excess, '2x over the plan'),
            null,
          ),
        ]
      : []),
  ]
  let top = 16
  const parts = charts.map(({ height, draw }) => {
    const drawn = draw(top)
    top += height + 24
    return drawn
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" role="img" font-family="system-ui, sans-serif" font-size="13">
<rect width="${width}" height="${top}" fill="#fff"/>
${parts.join('\n')}
</svg>
`
}

function worst({ rows }: ComparisonTable): readonly Bar[] {
  return rows.map(({ name, cells }) => {
    const value = Math.max(...cells.map((cell) => cell ?? 0))
    return { name, value, text: `${value.toFixed(value < 10 ? 2 : 0)} %` }
  })
}

function column({ columns, rows }: ComparisonTable, wanted: string): readonly Bar[] {
  const index = columns.indexOf(wanted)
  return rows.map(({ name, cells }) => {
    const value = cells[index] ?? null
    return { name, value, text: value === null ? 'never' : value.toFixed(value < 100 ? 1 : 0) }
  })
}

function chart(title: string, bars: readonly Bar[], most: number | null) {
  const largest = most ?? Math.max(...bars.map(({ value }) => value ?? 0))
  const scale = (width - left - right - 60) / Math.log1p(largest)
  const height = 30 + bars.length * rowHeight
  const draw = (top: number): string =>
    [
      `<text x="16" y="${top + 16}" font-weight="600" font-size="15" fill="#111">${title}</text>`,
      ...bars.map(({ name, value, text }, i) => {
        const y = top + 30 + i * rowHeight
        const length = Math.max(1, Math.log1p(value ?? 0) * scale)
        const fill = name === 'Sluice' ? '#0f766e' : '#cbd5e1'
        return `<text x="${left - 10}" y="${y + 15}" text-anchor="end" fill="#333">${escaped(name)}</text><rect x="${left}" y="${y + 3}" width="${length.toFixed(1)}" height="${rowHeight - 8}" rx="2" fill="${fill}"/><text x="${(left + length + 6).toFixed(1)}" y="${y + 15}" fill="#333">${text}</text>`
      }),
    ].join('\n')
  return { height, draw }
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
