import type { VariantSummary } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { metricsQuery } from '../../api/queries.ts'
import { formatCount, formatMilliseconds, formatNumber, formatRate, formatUsd } from '../../format/numbers.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { Trend } from './Trend.tsx'

export const windows = [
  [15, '15 minutes'],
  [60, 'hour'],
  [1440, '24 hours'],
  [10_080, '7 days'],
  [44_640, '31 days'],
] as const

const columns: readonly (readonly [string, (summary: VariantSummary) => string])[] = [
  ['Users', ({ uniqueUsers }) => formatCount(uniqueUsers)],
  ['Calls', ({ totalCalls }) => formatCount(totalCalls)],
  ['Errors', ({ errorRate }) => formatRate(errorRate)],
  ['Mean', ({ avgResponseTime }) => formatMilliseconds(avgResponseTime)],
  ['p95', ({ p95ResponseTime }) => formatMilliseconds(p95ResponseTime)],
  ['p99', ({ p99ResponseTime }) => formatMilliseconds(p99ResponseTime)],
  ['Tokens a call', ({ avgTokensPerCall }) => formatNumber(avgTokensPerCall)],
  ['Cost', ({ totalCostUsd }) => formatUsd(totalCostUsd === 0 ? null : totalCostUsd)],
]

/** What each variant of each flag did lately: every call, whether it counts as evidence or not. */
export function MetricsPage(props: { environment: string; minutes: number; search: string }) {
  const { environment, minutes, search } = props
  const navigate = useNavigate()
  const summary = useQuery(metricsQuery(environment, minutes))
  const look = (last: number, q: string): void =>
    void navigate({
      to: '/e/$env/metrics',
      params: { env: environment },
      search: { last, ...(q === '' ? {} : { q }) },
      replace: true,
    })
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const byFlag = Map.groupBy(summary.data?.items ?? [], ({ flag }) => flag)
  const flags = [...byFlag].filter(([flag]) => words.every((word) => flag.toLowerCase().includes(word)))
  const [active, quiet] = [
    flags.filter(([, variants]) => variants.some(({ totalCalls }) => totalCalls > 0)),
    flags.filter(([, variants]) => variants.every(({ totalCalls }) => totalCalls === 0)),
  ]
  return (
    <div className="pt-6">
      <PageHeader title="Metrics" place={environment}>
        <div className="flex flex-wrap gap-2">
          <SearchField label="Search flags" value={search} onChange={(q) => look(minutes, q)} />
          <label>
            <span className="sr-only">Time</span>
            <select className="field" value={minutes} onChange={(event) => look(Number(event.target.value), search)}>
              {windows.map(([value, label]) => (
                <option key={value} value={value}>
                  Last {label}
                </option>
              ))}
            </select>
          </label>
        </div>
      </PageHeader>
      {summary.isPending && <Waiting />}
      {summary.isError && !summary.data && <Failed error={summary.error} retry={() => void summary.refetch()} />}
      {summary.data && active.length === 0 && (
        <p className="mt-4 max-w-[60ch] text-muted">
          No call was reported in this time.{' '}
          <Link className="link" to="/e/$env/connect" params={{ env: environment }}>
            Connect an application
          </Link>
          , or look at a longer time.
        </p>
      )}
      {active.map(([flag, variants]) => (
        <Flag key={flag} environment={environment} flag={flag} variants={variants} />
      ))}
      {quiet.length > 0 && (
        <p className="mt-6 border-t border-line pt-3 text-13 text-muted wrap-anywhere">
          No calls of {quiet.length === 1 ? 'one flag' : `${quiet.length} flags`}:{' '}
          {quiet
            .slice(0, 40)
            .map(([flag]) => flag)
            .join(', ')}
          {quiet.length > 40 && ' …'}
        </p>
      )}
    </div>
  )
}

function Flag(props: { environment: string; flag: string; variants: readonly VariantSummary[] }) {
  const { environment, flag, variants } = props
  const [isOpen, setOpen] = useState(false)
  return (
    <section className="mt-5">
      <h2 className="font-semibold wrap-anywhere">
        <Link to="/e/$env/flags" params={{ env: environment }} search={{ q: flag }}>
          <bdi>{flag}</bdi>
        </Link>
      </h2>
      <div className="relative overflow-x-auto" tabIndex={0} role="group" aria-label={`Metrics of ${flag}`}>
        <table className="w-full min-w-max text-13">
          <thead>
            <tr>
              <th scope="col" className="sticky left-0 w-1/5 bg-bg py-1 text-left text-12 font-semibold text-muted">
                Variant
              </th>
              {columns.map(([title]) => (
                <th key={title} scope="col" className="py-1 pl-4 text-right text-12 font-semibold text-muted">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {variants.map((summary) => (
              <tr key={summary.variant} className="border-t border-line align-top">
                <th scope="row" className="sticky left-0 max-w-56 bg-bg py-1.5 text-left font-normal wrap-anywhere">
                  <bdi>{summary.variant}</bdi>
                  <Beside summary={summary} />
                </th>
                {columns.map(([title, text]) => (
                  <td key={title} className="py-1.5 pl-4 text-right whitespace-nowrap">
                    {text(summary)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details className="text-13" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="link py-1">
          90 days<span className="sr-only"> of {flag}</span>
        </summary>
        {isOpen && <Trend environment={environment} flag={flag} />}
      </details>
    </section>
  )
}

/** Models that answered, and what else was reported. */
function Beside({ summary: { modelBreakdown, custom } }: { summary: VariantSummary }) {
  const models = modelBreakdown.slice(0, 3).map(({ model, share }) => `${model} ${formatRate(share)}`)
  const others = Object.entries(custom).map(([name, { mean }]) => `${name.replaceAll('_', ' ')} ${formatNumber(mean)}`)
  const text = [...models, ...others].join(' · ')
  return text === '' ? null : <span className="block text-12 text-muted">{text}</span>
}
