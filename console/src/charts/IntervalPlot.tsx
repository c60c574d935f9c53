import type { RolloutVerdict } from '@sluice/contract'
import { toneText, verdictMarks } from '../components/states.ts'
import { useWidth } from '../ui/use-width.ts'
import { formatCount, formatMeasure, formatRatio } from '../format/numbers.ts'

const height = 44

/** Where a limit lies on the picture: logarithmic, so that 2x and 1/2x are as far from 1x. */
function scale({ limit, safe, interval, estimate }: RolloutVerdict, width: number): (value: number) => number {
  const known = [limit, safe, ...interval, estimate].filter((value) => value !== null && value > 0) as number[]
  const [least, most] = [Math.min(...known) / 1.8, Math.max(...known) * 1.8]
  const span = Math.log(most / least)
  return (value) => Math.min(width - 2, Math.max(2, (Math.log(Math.max(value, least) / least) / span) * width))
}

const amountOf = (value: number | null, verdict: RolloutVerdict): string =>
  verdict.compare === 'ratio' ? formatRatio(value) : formatMeasure(value, verdict)

/** One guardrail: the limits that are not refused, against the limit and the safe line. The decision is this picture. */
export function IntervalRow({ verdict }: { verdict: RolloutVerdict }) {
  const { mark, word, tone } = verdictMarks[verdict.verdict]
  const { interval, limit, safe, estimate, candidate, baseline } = verdict
  const [measure, width] = useWidth(420)
  const x = scale(verdict, width)
  const [low, high] = [interval[0] === null ? 0 : x(interval[0]), interval[1] === null ? width : x(interval[1])]
  const color = tone === 'muted' ? 'var(--edge)' : `var(--${tone})`
  const limitLeft = x(limit) <= x(safe)
  return (
    <li ref={measure} className="border-t border-line py-2 first:border-t-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-semibold">{verdict.label}</span>
        <span className={`text-13 ${toneText[tone]}`}>
          {mark} {word}
        </span>
      </div>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className="my-1 block h-auto w-full"
        role="img"
        aria-label={verdict.sentence}
      >
        <line x1="0" x2={width} y1="20" y2="20" stroke="var(--line)" />
        <rect x={low} y="14" width={Math.max(2, high - low)} height="12" fill={color} fillOpacity=".28" />
        {interval[0] !== null && <line x1={low} x2={low} y1="11" y2="29" stroke={color} strokeWidth="2" />}
        {interval[1] !== null && <line x1={high} x2={high} y1="11" y2="29" stroke={color} strokeWidth="2" />}
        {estimate !== null && estimate > 0 && <circle cx={x(estimate)} cy="20" r="4" fill={color} />}
        <line x1={x(limit)} x2={x(limit)} y1="4" y2="32" stroke="var(--fail)" strokeWidth="1.5" strokeDasharray="4 3" />
        <text
          x={x(limit)}
          y="43"
          fontSize="11"
          textAnchor={limitLeft ? 'end' : 'start'}
          dx={limitLeft ? 2 : -2}
          fill="var(--fail)"
        >
          limit {amountOf(limit, verdict)}
        </text>
        {safe !== limit && (
          <>
            <line x1={x(safe)} x2={x(safe)} y1="8" y2="30" stroke="var(--ok)" strokeWidth="1.5" />
            <text
              x={x(safe)}
              y="43"
              fontSize="11"
              textAnchor={limitLeft ? 'start' : 'end'}
              dx={limitLeft ? -2 : 2}
              fill="var(--ok)"
            >
              safe {verdict.direction === 'over' ? 'below' : 'above'} {amountOf(safe, verdict)}
            </text>
          </>
        )}
      </svg>
      <p className="text-12 text-muted">
        {estimate === null ? 'not yet to be told' : amountOf(estimate, verdict)}
        {verdict.compare === 'ratio' ? ' of the baseline' : ''} · {counts(candidate)} against {counts(baseline)} users ·{' '}
        {formatCount(candidate.calls)} / {formatCount(baseline.calls)} calls
      </p>
    </li>
  )
}

const counts = ({ events, units }: RolloutVerdict['candidate']): string =>
  events === null ? formatCount(units) : `${formatCount(events)} of ${formatCount(units)}`
