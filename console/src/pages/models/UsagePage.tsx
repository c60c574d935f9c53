import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type UsageGroup, usageGroups, usageQuery } from '../../api/models.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { UsageTable } from './UsageTable.tsx'

const spans = [1, 7, 30, 90] as const

export interface UsageView {
  readonly days?: number
  readonly by?: readonly UsageGroup[]
}

/** What an address asks for; anything else in it is ignored. */
export function usageView({ days, by }: Record<string, unknown>): UsageView {
  const groups = usageGroups.filter((group) => Array.isArray(by) && by.includes(group))
  return {
    ...(spans.some((span) => span === days) ? { days: days as number } : {}),
    ...(groups.length > 0 ? { by: groups } : {}),
  }
}

/** What models cost: by model, day, flag, variant. */
export function UsagePage({ environment, view }: { environment: string; view: UsageView }) {
  const navigate = useNavigate()
  const { days = 7, by = ['model'] } = view
  const usage = useQuery(usageQuery(null, days, by))
  const look = (next: UsageView): void =>
    void navigate({
      to: '/e/$env/models/usage',
      params: { env: environment },
      search: { ...view, ...next },
      replace: true,
    })
  const items = (usage.data?.items ?? []).toSorted((a, b) => Number(b.usd) - Number(a.usd) || b.calls - a.calls)
  return (
    <div className="pt-6">
      <PageHeader title="Cost of models" place={environment}>
        <Link className="link text-13" to="/e/$env/models" params={{ env: environment }}>
          All models
        </Link>
      </PageHeader>
      <div className="mt-3 flex flex-wrap items-center gap-x-5 gap-y-2 text-13">
        <label>
          <span className="sr-only">Time</span>
          <select className="field" value={days} onChange={(event) => look({ days: Number(event.target.value) })}>
            {spans.map((span) => (
              <option key={span} value={span}>
                Last {span === 1 ? '24 hours' : `${span} days`}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
          <legend className="sr-only">Added up by</legend>
          {usageGroups.map((group) => (
            <label key={group} className="flex items-center gap-1.5 py-1">
              <input
                type="checkbox"
                checked={by.includes(group)}
                disabled={by.length === 1 && by.includes(group)}
                onChange={(event) =>
                  look({
                    by: usageGroups.filter((each) => (each === group ? event.target.checked : by.includes(each))),
                  })
                }
              />
              by {group}
            </label>
          ))}
        </fieldset>
      </div>
      {usage.isPending && <Waiting lines={5} />}
      {usage.isError && !usage.data && <Failed error={usage.error} retry={() => void usage.refetch()} />}
      {usage.data && items.length === 0 && (
        <p className="mt-4 max-w-[60ch] text-muted">
          No call that names a model was reported in this time. An observation says it with "model", as "openai:gpt-4o".
        </p>
      )}
      {items.length > 0 && (
        <div className="mt-3">
          <UsageTable environment={environment} items={items} by={by} label="Costs" />
        </div>
      )}
    </div>
  )
}
