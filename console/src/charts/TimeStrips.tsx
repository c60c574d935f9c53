import type { DecisionEvent, Series } from '@sluice/contract'
import { decisionMark } from '../components/states.ts'
import { formatClock } from '../format/time.ts'
import { useWidth } from '../ui/use-width.ts'

type Point = Series['points'][number]
type ArmPoint = Point['candidate']

/** One curve a strip: how to read it off a point, and how to write its numbers. */
export interface Strip {
  readonly id: string
  readonly title: string
  readonly read: (arm: ArmPoint) => { readonly sum: number; readonly count: number } | null
  readonly format: (value: number) => string
}

const left = 64
const exposureHeight = 64
const stripHeight = 108
const smoothing = 2

/** A running quotient over five slices: a slice of a second holds too few calls to show a rate. */
function curve(points: readonly Point[], arm: 'candidate' | 'baseline', { read }: Strip): (number | null)[] {
  return points.map((_, i) => {
    const window = points
      .slice(Math.max(0, i - smoothing), i + smoothing + 1)
      .flatMap((point) => read(point[arm]) ?? [])
    const count = window.reduce((sum, part) => sum + part.count, 0)
    return count === 0 ? null : window.reduce((sum, part) => sum + part.sum, 0) / count
  })
}

/** A path that breaks where nothing was seen. */
function path(values: readonly (number | null)[], x: (i: number) => number, y: (value: number) => number): string {
  let open = false
  return values
    .map((value, i) => {
      if (value === null) {
        open = false
        return ''
      }
      const command = `${open ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`
      open = true
      return command
    })
    .join('')
}

/** One slice alone is drawn as long as it lasted: a candidate that fails at once is rolled back within it. */
function drawable({ points, bucketMs }: Series): readonly Point[] {
  const [only, second] = points
  if (only === undefined || second !== undefined) return points
  return [only, { ...only, at: new Date(Date.parse(only.at) + bucketMs).toISOString() }]
}

/** Exposure and metrics over one time axis, with the decisions as lines through all of them. */
export function TimeStrips({
  series,
  decisions,
  strips,
}: {
  series: Series
  decisions: readonly DecisionEvent[]
  strips: readonly Strip[]
}) {
  const points = drawable(series)
  const [measure, width] = useWidth(760)
  const [first, last] = [Date.parse(points[0]?.at ?? ''), Date.parse(points.at(-1)?.at ?? '')]
  if (points.length === 0)
    return <p className="py-10 text-center text-13 text-muted">The chart begins with the first calls.</p>
  const at = (ms: number) => left + ((ms - first) / (last - first)) * (width - left - 8)
  const x = (i: number) => at(Date.parse(points[i]?.at ?? ''))
  const height = exposureHeight + strips.length * stripHeight + 20
  const marks = decisions.filter((decision) => Date.parse(decision.at) <= last + series.bucketMs * 2)
  return (
    <div ref={measure}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className="chart-text block h-auto w-full"
        role="img"
        aria-label={`Exposure, ${strips.map(({ title }) => title).join(', ')} over time`}
      >
        {marks.map((decision, i) => {
          const { mark, tone } = decisionMark(decision.action)
          const markX = Math.min(width - 8, Math.max(left, at(Date.parse(decision.at))))
          const color = tone === 'muted' ? 'var(--edge)' : `var(--${tone})`
          const near = i > 0 && Math.abs(markX - at(Date.parse(marks[i - 1]?.at ?? ''))) < 40
          return (
            <g key={decision.id}>
              <line x1={markX} x2={markX} y1={14} y2={height - 20} stroke={color} strokeDasharray="3 3" />
              <text
                x={markX}
                y={near ? 22 : 11}
                textAnchor={markX > width - 60 ? 'end' : 'middle'}
                fontSize="12"
                fill={color}
              >
                {mark} {decision.to} %
              </text>
            </g>
          )
        })}
        <Exposure points={points} x={x} />
        {strips.map((strip, i) => (
          <MetricStrip
            key={strip.id}
            strip={strip}
            points={points}
            x={x}
            top={exposureHeight + i * stripHeight}
            width={width}
          />
        ))}
        <text x={left} y={height - 4} fontSize="11" fill="var(--muted)">
          {formatClock(first, 'seconds')}
        </text>
        <text x={width - 8} y={height - 4} fontSize="11" textAnchor="end" fill="var(--muted)">
          {formatClock(last, 'seconds')}
        </text>
      </svg>
    </div>
  )
}

function Exposure({ points, x }: { points: readonly Point[]; x: (i: number) => number }) {
  const floor = exposureHeight - 10
  const y = (percent: number) => floor - (percent / 100) * (floor - 26)
  const steps = points
    .map(
      ({ setPercent }, i) =>
        `${i === 0 ? 'M' : `L${x(i).toFixed(1)} ${y(points[i - 1]?.setPercent ?? 0).toFixed(1)}L`}${x(i).toFixed(1)} ${y(setPercent).toFixed(1)}`,
    )
    .join('')
  const lastX = x(points.length - 1).toFixed(1)
  return (
    <g>
      <path d={`${steps}L${lastX} ${floor}L${x(0).toFixed(1)} ${floor}Z`} fill="var(--accent)" fillOpacity=".14" />
      <path d={steps} fill="none" stroke="var(--accent)" strokeWidth="1.5" />
      <path
        d={path(
          points.map(({ actualPercent }) => actualPercent),
          x,
          y,
        )}
        fill="none"
        stroke="var(--edge)"
        strokeWidth="1"
        strokeDasharray="2 2"
      />
      <text x="0" y={floor - 14} fontSize="11" fill="var(--muted)">
        Exposure
      </text>
      <text x="0" y={floor} fontSize="11" fill="var(--text)">
        {points.at(-1)?.setPercent} %
      </text>
    </g>
  )
}

function MetricStrip({
  strip,
  points,
  x,
  top,
  width,
}: {
  strip: Strip
  points: readonly Point[]
  x: (i: number) => number
  top: number
  width: number
}) {
  const candidate = curve(points, 'candidate', strip)
  const baseline = curve(points, 'baseline', strip)
  const seen = [...candidate, ...baseline].filter((value) => value !== null)
  const most = Math.max(1e-9, ...seen) * 1.12
  const [ceiling, floor] = [top + 22, top + stripHeight - 10]
  const y = (value: number) => floor - (value / most) * (floor - ceiling)
  const lastOf = (values: readonly (number | null)[]) => values.findLast((value) => value !== null) ?? null
  const [now, beside] = [lastOf(candidate), lastOf(baseline)]
  return (
    <g>
      <line x1={left} x2={width - 8} y1={floor} y2={floor} stroke="var(--line)" />
      <line
        x1={left}
        x2={width - 8}
        y1={y(most / 1.12)}
        y2={y(most / 1.12)}
        stroke="var(--line)"
        strokeDasharray="1 4"
      />
      <text x="0" y={top + 12} fontSize="12" fontWeight="600" fill="var(--text)">
        {strip.title}
      </text>
      <text x={left + 36} y={top + 12} fontSize="12" fill="var(--accent)">
        candidate {now === null ? '–' : strip.format(now)}
      </text>
      <text x={left + 36 + Math.min(150, (width - left) * 0.45)} y={top + 12} fontSize="12" fill="var(--muted)">
        baseline {beside === null ? '–' : strip.format(beside)}
      </text>
      <text x="0" y={y(most / 1.12) + 4} fontSize="11" fill="var(--muted)">
        {seen.length > 0 ? strip.format(most / 1.12) : ''}
      </text>
      <text x="0" y={floor + 4} fontSize="11" fill="var(--muted)">
        0
      </text>
      <path d={path(baseline, x, y)} fill="none" stroke="var(--edge)" strokeWidth="1.5" />
      <path d={path(candidate, x, y)} fill="none" stroke="var(--accent)" strokeWidth="2" />
    </g>
  )
}
