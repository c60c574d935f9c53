import type { FlagRecord } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { flagsQuery } from '../../api/queries.ts'
import { Button } from '../../ui/Button.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { StartDialog } from './StartDialog.tsx'
import { SwitchDialog } from './SwitchDialog.tsx'
import { isOn } from './is-on.ts'

interface Asked {
  readonly record: FlagRecord
  readonly what: 'switch' | 'rollout'
  readonly opener: Element | null
}

/** Every flag, its kill switch, and the way into a rollout. */
export function FlagsPage({ environment, search }: { environment: string; search: string }) {
  const flags = useQuery(flagsQuery(environment))
  const navigate = useNavigate()
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = (): void => setAsked(null)
  const all = flags.data?.items ?? []
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = all.filter(({ key }) => words.every((word) => key.toLowerCase().includes(word)))
  const look = (q: string): void =>
    void navigate({ to: '/e/$env/flags', params: { env: environment }, search: q === '' ? {} : { q }, replace: true })
  return (
    <div className="pt-6">
      <PageHeader title="Flags" place={environment}>
        {all.length > 0 && <SearchField label="Search flags" value={search} onChange={look} />}
      </PageHeader>
      {flags.isPending && <Waiting />}
      {flags.isError && !flags.data && <Failed error={flags.error} retry={() => void flags.refetch()} />}
      {flags.data && all.length === 0 && (
        <p className="mt-2 text-muted">
          No flag yet. The{' '}
          <Link className="link" to="/e/$env/connect" params={{ env: environment }}>
            Connect page
          </Link>{' '}
          makes a first one.
        </p>
      )}
      {all.length > 0 && found.length === 0 && (
        <p className="mt-4 text-muted">
          No flag of {all.length} has “<bdi>{search}</bdi>” in its key.{' '}
          <button type="button" className="link" onClick={() => look('')}>
            Show all
          </button>
        </p>
      )}
      <ul className="mt-3">
        {found.map((record) => (
          <Row key={record.key} environment={environment} record={record} ask={setAsked} />
        ))}
      </ul>
      {asked?.what === 'switch' && <SwitchDialog {...asked} environment={environment} onClose={close} />}
      {asked?.what === 'rollout' && (
        <StartDialog environment={environment} record={asked.record} opener={asked.opener} onClose={close} />
      )}
    </div>
  )
}

function Row(props: { environment: string; record: FlagRecord; ask: (asked: Asked) => void }) {
  const { environment, record, ask } = props
  const { key, rollout, warnings, stale } = record
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line py-2">
      <span className="min-w-[160px] flex-1 font-semibold wrap-anywhere">
        <Link className="hover:underline" to="/e/$env/flags/$key" params={{ env: environment, key }}>
          <bdi>{key}</bdi>
        </Link>
        {warnings.map((warning) => (
          <span key={warning} className="block text-13 font-normal text-warn">
            ▲ {warning}
          </span>
        ))}
        {stale && <span className="block text-13 font-normal text-muted">◌ stale: {stale.sentence}</span>}
      </span>
      <span className={`sm:w-28 ${isOn(record) ? 'text-ok' : 'text-fail'}`}>
        {isOn(record) ? '✔ on' : '✖ switched off'}
      </span>
      <span className="flex items-center gap-2 max-sm:w-full">
        {rollout ? (
          <Link className="link text-13" to="/e/$env/rollouts/$id" params={{ env: environment, id: rollout.id }}>
            Rollout<span className="sr-only"> of {key}</span>
          </Link>
        ) : (
          <Button onClick={({ currentTarget }) => ask({ record, what: 'rollout', opener: currentTarget })}>
            Start a rollout<span className="sr-only"> of {key}</span>
          </Button>
        )}
        <Button
          kind={isOn(record) ? 'danger' : 'plain'}
          className="sm:w-24"
          onClick={({ currentTarget }) => ask({ record, what: 'switch', opener: currentTarget })}
        >
          {isOn(record) ? 'Kill' : 'Switch on'}
          <span className="sr-only"> {key}</span>
        </Button>
      </span>
    </li>
  )
}
