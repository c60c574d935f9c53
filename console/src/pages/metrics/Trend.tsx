import type { MetricsTrend, TrendPoint } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { trendQuery } from '../../api/queries.ts'
import { formatCount, formatMilliseconds, formatNumber, formatRate, formatUsd } from '../../format/numbers.ts'
import { formatDate } from '../../format/time.ts'
import { Failed, Waiting } from '../../ui/States.tsx'
import { useWidth } from '../../ui/use-width.ts'

const days = 90
const dayMs = 86_400_000

interface Line {
  readonly title: string
  readonly read: (point: TrendPoint) => number | null
  readonly format: (value: number | null) => string
}

const lines: readonly Line[] = [
  { title: 'Calls', read: ({ totalCalls }) => totalCalls, format: formatCount },
  { title: 'Errors', read: ({ errorRate }) => errorRate, format: formatRate },
  { title: 'p95', read: ({ p95ResponseTime }) => p95ResponseTime, format: formatMilliseconds },
  { title: 'Tokens a call', read: ({ avgTokensPerCall }) => avgTokensPerCall, format: formatNumber },
  { title: 'Cost a day', read: ({ totalCostUsd }) => (totalCostUsd === 0 ? null : totalCostUsd), format: formatUsd },
]

type Items = MetricsTrend['items']

/** The last 90 days of one flag, a point a day and a line a variant; also when the calls themselves are gone. */
export function Trend({ environment, flag }: { environment: string; flag: string }) {
  const trend = useQuery(trendQuery(environment, flag, days))
  if (trend.isPending) return <Waiting lines={3} />
  if (!trend.data) return <Failed error={trend.error} retry={() => void trend.refetch()} />
  const { items, from, to } = trend.data
  if (items.length === 0) return <p className="py-2 text-13 text-muted">No call in {days} days.</p>
  const shown = lines.filter(({ read }) => items.some(({ points }) => points.some((point) => read(point) !== null)))
  return (
    <div className="grid grid-cols-1 gap-x-6 gap-y-3 py-2 sm:grid-cols-2">
      {shown.map((line) => (
        <Chart key={line.title} line={line} items={items} from={from} to={to} />
      ))}
    </div>
  )
}

const height = 84
const [top, bottom] = [20, 18]
const looks = ['stroke-accent', 'stroke-text', 'stroke-edge', 'stroke-ok', 'stroke-warn'] as const
const inks = ['fill-accent', 'fill-text', 'fill-muted', 'fill-ok', 'fill-warn'] as const

function Chart({ line, items, from, to }: { line: Line; items: Items; from: string; to: string }) {
  const [measure, width] = useWidth(360)
  const first = Date.parse(from)
  const most = Math.max(1e-9, ...items.flatMap(({ points }) => points.map((point) => line.read(point) ?? 0)))
  const x = (day: string): number => ((Date.parse(day) - first) / ((days - 1) * dayMs)) * (width - 8) + 4
  const y = (value: number): number => height - bottom - (value / most) * (height - bottom - top)
  const shown = items.slice(0, looks.length)
  const last = ({ points }: Items[number]): string =>
    line.format(points.map(line.read).findLast((value) => value !== null) ?? null)
  return (
    <figure ref={measure} className="min-w-0">
      <svg
        width={width}
        height={height}
        role="img"
        className="chart-text block overflow-visible"
        aria-label={`${line.title} in ${days} days: ${shown.map((item) => `${item.variant} ${last(item)}`).join(', ')}`}
      >
        <text x={0} y={12} className="text-12">
          <tspan className="fill-text font-semibold">{line.title}</tspan>
          {shown.map((item, i) => (
            <tspan key={item.variant} dx={10} className={inks[i]}>
              {item.variant} {last(item)}
            </tspan>
          ))}
        </text>
        <line x1={0} x2={width} y1={height - bottom} y2={height - bottom} className="stroke-line" />
        {shown.map((item, i) => (
          <path
            key={item.variant}
            d={pathOf(item.points, line, x, y)}
            fill="none"
            strokeWidth={i === 0 ? 2 : 1.5}
            strokeLinecap="round"
            className={looks[i]}
          />
        ))}
        <text x={0} y={height - 4} className="fill-muted text-12">
          {formatDate(first)}
        </text>
        <text x={width} y={height - 4} textAnchor="end" className="fill-muted text-12">
          {formatDate(Date.parse(to))}
        </text>
      </svg>
    </figure>
  )
}

/** Breaks where a day had no calls; a day on its own is a dot. */
function pathOf(
  points: readonly TrendPoint[],
  { read }: Line,
  x: (day: string) => number,
  y: (value: number) => number,
): string {
  let before = Number.NaN
  return points
    .map((point) => {
      const value = read(point)
      if (value === null) return ''
      const ms = Date.parse(point.day)
      const place = `${x(point.day).toFixed(1)} ${y(value).toFixed(1)}`
      const isNext = ms - before === dayMs
      before = ms
      return isNext ? `L${place}` : `M${place}h.01`
    })
    .join('')
}
