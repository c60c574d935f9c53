import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type AuditFilter, auditQuery, verifyAudit } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { formatCount } from '../../format/numbers.ts'
import { Button } from '../../ui/Button.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { Failed, Refused, Waiting } from '../../ui/States.tsx'
import { AuditRow } from './AuditRow.tsx'

const kinds = ['flag', 'rollout', 'alert', 'model', 'segment', 'key', 'session', 'channel'] as const

/** Who did what, when and why: here, or in every environment and outside of them. */
export function AuditPage({ environment, filter }: { environment: string; filter: AuditFilter }) {
  const navigate = useNavigate()
  const audit = useInfiniteQuery(auditQuery(filter))
  const look = (name: keyof AuditFilter, value: string): void => {
    const { [name]: _, ...rest } = filter
    void navigate({
      to: '/e/$env/audit',
      params: { env: environment },
      search: value === '' ? rest : { ...rest, [name]: value },
      replace: true,
    })
  }
  const events = audit.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <div className="pt-6">
      <PageHeader title="Audit" place={environment}>
        <Verify />
      </PageHeader>
      <search className="mt-3 flex flex-wrap items-center gap-2">
        <Choice
          label="Where"
          value={filter.environment}
          options={[
            ['', 'Everywhere'],
            [environment, environment],
            ['none', 'In no environment'],
          ]}
          onChange={(value) => look('environment', value)}
        />
        <Choice
          label="What"
          value={filter.kind}
          options={[['', 'Anything'], ...kinds.map((kind) => [kind, kind] as const)]}
          onChange={(value) => look('kind', value)}
        />
        <SearchField label="Whole name or id" value={filter.subject ?? ''} onChange={(text) => look('subject', text)} />
        {filter.actor !== undefined && (
          <span className="text-13">
            by <bdi className="font-semibold">{filter.actor}</bdi>{' '}
            <button type="button" className="link" onClick={() => look('actor', '')}>
              Show everybody
            </button>
          </span>
        )}
      </search>
      {audit.isPending && <Waiting lines={6} />}
      {audit.isError && !audit.data && <Failed error={audit.error} retry={() => void audit.refetch()} />}
      {audit.data && events.length === 0 && <p className="mt-4 text-muted">Nothing of that kind has happened.</p>}
      <ol className="mt-3">
        {events.map((event) => (
          <AuditRow
            key={`${event.environment} ${event.id}`}
            event={event}
            here={environment}
            onActor={(name) => look('actor', name)}
          />
        ))}
      </ol>
      {audit.hasNextPage && (
        <Button className="mt-3" onClick={() => void audit.fetchNextPage()} disabled={audit.isFetchingNextPage}>
          Older
        </Button>
      )}
    </div>
  )
}

function Choice(props: {
  label: string
  value: string | undefined
  options: readonly (readonly [string, string])[]
  onChange: (value: string) => void
}) {
  return (
    <label>
      <span className="sr-only">{props.label}</span>
      <select className="field" value={props.value ?? ''} onChange={(event) => props.onChange(event.target.value)}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Reads every chain of hashes again: whether anybody has altered what is written. */
function Verify() {
  const verify = useAct({ act: verifyAudit })
  return (
    <>
      <Button onClick={() => verify.run()} disabled={verify.isPending}>
        {verify.isPending ? 'Reading …' : 'Verify the record'}
      </Button>
      <div role="status" className="w-full empty:hidden">
        <Refused error={verify.error} />
        {verify.answer && (
          <ul className="flex flex-wrap gap-x-6 text-13">
            {verify.answer.items.map(({ environment, state, count, brokenAt }) => (
              <li key={environment} className={state === 'whole' ? 'text-ok' : 'font-semibold text-fail'}>
                {state === 'whole'
                  ? `✔ ${environment ?? 'no environment'}: ${formatCount(count)} events, unaltered`
                  : `✖ ${environment ?? 'no environment'}: altered from event ${brokenAt} on`}
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  )
}
