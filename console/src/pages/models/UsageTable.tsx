import type { ModelUsage } from '@sluice/contract'
import { Link } from '@tanstack/react-router'
import type { UsageGroup } from '../../api/models.ts'
import { formatCount, formatRate } from '../../format/numbers.ts'
import { plainDecimal } from '../../format/prices.ts'

type Row = ModelUsage['items'][number]

/** What calls used and cost, a group a line; beside each sum the calls that it lacks. */
export function UsageTable(props: {
  environment: string
  items: readonly Row[]
  by: readonly UsageGroup[]
  label: string
}) {
  const { environment, items, by, label } = props
  const most = Math.max(...items.map(({ usd }) => Number(usd)), 0)
  return (
    <div className="relative overflow-x-auto" tabIndex={0} role="group" aria-label={label}>
      <table className="w-full min-w-max text-13">
        <thead className="text-12 text-muted">
          <tr>
            {by.map((group) => (
              <th key={group} scope="col" className="py-1 pr-4 text-left font-semibold capitalize">
                {group}
              </th>
            ))}
            {['Calls', 'Input tokens', 'Output tokens', 'USD', 'Unpriced'].map((title) => (
              <th key={title} scope="col" className="py-1 pl-4 text-right font-semibold">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((row) => (
            <tr key={by.map((group) => row[group]).join(' ')} className="border-t border-line align-top">
              {by.map((group) => (
                <td key={group} className="max-w-72 py-1.5 pr-4 wrap-anywhere">
                  {group === 'model' && row.model !== null ? (
                    <Link className="link" to="/e/$env/models/$id" params={{ env: environment, id: row.model }}>
                      <bdi>{row.model}</bdi>
                    </Link>
                  ) : (
                    <bdi>{row[group] ?? '–'}</bdi>
                  )}
                </td>
              ))}
              <td className="py-1.5 pl-4 text-right">{formatCount(row.calls)}</td>
              <td className="py-1.5 pl-4 text-right">{formatCount(row.inputTokens)}</td>
              <td className="py-1.5 pl-4 text-right">{formatCount(row.outputTokens)}</td>
              <td className="py-1.5 pl-4 text-right">
                <span className="font-semibold">
                  {row.unpricedCalls === row.calls ? '–' : `$${plainDecimal(row.usd)}`}
                </span>
                <span aria-hidden="true" className="mt-0.5 ml-auto block h-0.5 w-24">
                  <span
                    className="ml-auto block h-full bg-accent"
                    style={{ width: `${most === 0 ? 0 : (Number(row.usd) / most) * 100}%` }}
                  />
                </span>
              </td>
              <td className={`py-1.5 pl-4 text-right ${row.unpricedCalls > 0 ? 'text-warn' : 'text-muted'}`}>
                {row.unpricedCalls === 0 ? 'none' : formatRate(row.unpricedCalls / row.calls)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
