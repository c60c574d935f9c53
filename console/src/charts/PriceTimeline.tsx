import type { Model, Price } from '@sluice/core/catalogue'
import { formatPrice } from '../format/prices.ts'
import { formatClock, formatDate } from '../format/time.ts'
import { useWidth } from '../ui/use-width.ts'
import { bySlot } from '../format/slot-order.ts'
import { type PriceSteps, priceSteps, rangeOf } from './price-steps.ts'

const height = 132
const top = 16
const bottom = 20
const labelWidth = 130
const lineHeight = 14
const looks = ['stroke-accent', 'stroke-text', 'stroke-edge', 'stroke-ok', 'stroke-warn'] as const

const isDrawn = ({ per, when }: Price): boolean => per === 1_000_000 && when === undefined

/** The plain prices a million over time, as steps; the present as a line, announced prices after it. */
export function PriceTimeline({ model, now }: { model: Model; now: number }) {
  const [measure, width] = useWidth(640)
  const all = priceSteps({ prices: model.prices.filter(isDrawn) }).toSorted((a, b) => bySlot(a.slot, b.slot))
  const range = rangeOf(all, now)
  if (!range) return null
  const shown = all.filter(({ steps }) => steps.some(({ rate }) => rate !== null)).slice(0, looks.length)
  const highest = Math.max(...shown.flatMap(({ steps }) => steps.map(({ rate }) => rate ?? 0)), Number.MIN_VALUE)
  const [from, to] = range
  const right = width - labelWidth
  const x = (ms: number): number => ((ms - from) / (to - from)) * right
  const y = (rate: number): number => height - bottom - (rate / highest) * (height - bottom - top)
  const formatEnd = (ms: number): string => (to - from > 3 * 86_400_000 ? formatDate(ms) : formatClock(ms))
  const ends = spread(shown.map(({ steps }) => y(steps.at(-1)?.rate ?? 0)))
  return (
    <figure ref={measure} className="mt-2">
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`Prices per million tokens over time: ${shown.map(summaryOf).join('; ')}.`}
        className="chart-text block overflow-visible"
      >
        <line x1={0} x2={right} y1={height - bottom} y2={height - bottom} className="stroke-line" />
        <line x1={x(now)} x2={x(now)} y1={top - 8} y2={height - bottom} className="stroke-edge" strokeDasharray="3 3" />
        <text
          x={x(now)}
          y={height - 6}
          textAnchor={x(now) > right - 40 ? 'end' : 'middle'}
          className="fill-muted text-12"
        >
          now
        </text>
        {x(now) > 110 && (
          <text x={0} y={height - 6} className="fill-muted text-12">
            {formatEnd(from)}
          </text>
        )}
        {right - x(now) > 110 && (
          <text x={right} y={height - 6} textAnchor="end" className="fill-muted text-12">
            {formatEnd(to)}
          </text>
        )}
        {shown.map((line, i) => (
          <g key={line.slot}>
            <path d={pathOf(line, { x, y, right })} fill="none" strokeWidth={i === 0 ? 2 : 1.5} className={looks[i]} />
            <text x={right + 8} y={(ends[i] ?? 0) + 4} className="fill-text text-12">
              {line.slot.replace('_', ' ')} {formatPrice(line.steps.at(-1)?.rate)}
            </text>
          </g>
        ))}
      </svg>
    </figure>
  )
}

interface Scale {
  readonly x: (ms: number) => number
  readonly y: (rate: number) => number
  readonly right: number
}

/** A withdrawn price leaves a gap. */
function pathOf({ steps }: PriceSteps, { x, y, right }: Scale): string {
  return steps
    .flatMap(({ fromMs, rate }, i) => {
      if (rate === null) return []
      const next = steps[i + 1]
      const begin = fromMs === null ? 0 : x(fromMs)
      const end = next?.fromMs == null ? right : x(next.fromMs)
      const drop = next?.rate == null ? '' : `V${y(next.rate)}`
      return [`M${begin} ${y(rate)}H${end}${drop}`]
    })
    .join('')
}

/** Labels at the right end, at least a line apart. */
function spread(ys: readonly number[]): number[] {
  const order = ys.map((at, i) => ({ at, i })).toSorted((a, b) => a.at - b.at)
  const placed: number[] = []
  let last = -Infinity
  // From above, but low enough only that those below still have room over the axis.
  for (const [rank, { at, i }] of order.entries()) {
    const lowest = height - bottom - (order.length - 1 - rank) * lineHeight
    last = Math.max(Math.min(at, lowest), last + lineHeight)
    placed[i] = last
  }
  return placed
}

const summaryOf = ({ slot, steps }: PriceSteps): string =>
  `${slot} ${steps.map(({ fromMs, rate }) => `${formatPrice(rate)}${fromMs === null ? '' : ` from ${formatDate(fromMs)}`}`).join(', ')}`
