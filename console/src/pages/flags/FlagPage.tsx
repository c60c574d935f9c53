import type { ComplaintReceipt, FlagRecord } from '@sluice/contract'
import type { Flag } from '@sluice/core/evaluation'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { flagsQuery } from '../../api/queries.ts'
import { NotFound } from '../../shell/NotFound.tsx'
import { Button } from '../../ui/Button.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { EventHistory } from '../audit/EventHistory.tsx'
import { ComplaintDialog } from './ComplaintDialog.tsx'
import { EditFlagDialog } from './EditFlagDialog.tsx'
import { isOn } from './is-on.ts'
import { StartDialog } from './StartDialog.tsx'
import { SwitchDialog } from './SwitchDialog.tsx'
import { TargetingView } from './TargetingView.tsx'
import { WhoGetsWhat } from './WhoGetsWhat.tsx'

/** One flag: who gets what and why, and what people changed. */
export function FlagPage({ environment, flagKey }: { environment: string; flagKey: string }) {
  const flags = useQuery(flagsQuery(environment))
  if (flags.isPending) return <Waiting />
  if (!flags.data) return <Failed error={flags.error} retry={() => void flags.refetch()} />
  const record = flags.data.items.find(({ key }) => key === flagKey)
  if (!record) return <NotFound what={`There is no flag “${flagKey}” in ${environment}.`} environment={environment} />
  return <Shown environment={environment} record={record} />
}

interface Asked {
  readonly what: 'edit' | 'switch' | 'rollout' | 'complaint'
  readonly opener: Element | null
}

function Shown({ environment, record }: { environment: string; record: FlagRecord }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const [noted, setNoted] = useState<ComplaintReceipt | null>(null)
  const { key, warnings } = record
  const flag = record.flag as unknown as Flag
  useEffect(() => {
    document.title = `${key} · Flags`
  }, [key])
  const dialog = asked && { environment, record, opener: asked.opener, onClose: () => setAsked(null) }
  return (
    <article className="pt-4">
      <Header environment={environment} record={record} ask={setAsked} />
      <p role="status" className="mt-2 text-13 text-muted empty:hidden">
        {noted && (
          <>
            ✔ A complaint about the variant <bdi className="font-semibold">{noted.variant}</bdi> is noted.
          </>
        )}
      </p>
      {warnings.length > 0 && (
        <ul className="mt-2 border-l-2 border-warn pl-3 text-13">
          {warnings.map((warning) => (
            <li key={warning} className="wrap-anywhere">
              {warning}
            </li>
          ))}
        </ul>
      )}
      <div className="mt-5 grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,3fr)_minmax(300px,2fr)]">
        <div className="min-w-0 space-y-6">
          <Section title="Who gets what">
            <TargetingView flag={flag} />
          </Section>
          <Section title="One caller">
            <WhoGetsWhat environment={environment} flagKey={key} />
          </Section>
        </div>
        <div className="min-w-0 space-y-6">
          <Section title="Variants">
            <Variants flag={flag} />
          </Section>
          <Section title="History">
            <EventHistory environment={environment} kind="flag" subject={key} version={record.version} />
          </Section>
        </div>
      </div>
      {dialog && asked.what === 'edit' && <EditFlagDialog {...dialog} />}
      {dialog && asked.what === 'switch' && <SwitchDialog {...dialog} />}
      {dialog && asked.what === 'complaint' && <ComplaintDialog {...dialog} onNoted={setNoted} />}
      {dialog && asked.what === 'rollout' && <StartDialog {...dialog} />}
    </article>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="eyebrow mb-1">{title}</h2>
      {children}
    </section>
  )
}

function Header(props: { environment: string; record: FlagRecord; ask: (asked: Asked) => void }) {
  const { environment, record, ask } = props
  const { key, version, rollout, flag } = record
  const description = flag['description']
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-[320px]">
        <p className="text-12 text-muted">
          <Link to="/e/$env/flags" params={{ env: environment }} className="link">
            Flags
          </Link>
        </p>
        <h1 className="text-20 font-semibold wrap-anywhere" tabIndex={-1}>
          <bdi>{key}</bdi>{' '}
          <span className={`ml-1 text-14 font-normal whitespace-nowrap ${isOn(record) ? 'text-ok' : 'text-fail'}`}>
            {isOn(record) ? '✔ on' : '✖ switched off'}
          </span>
        </h1>
        <p className="text-13 text-muted">version {version}</p>
        {typeof description === 'string' && <p className="mt-1 text-13 wrap-anywhere">{description}</p>}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" onClick={({ currentTarget }) => ask({ what: 'edit', opener: currentTarget })}>
          Change who gets what
        </Button>
        {rollout ? (
          <Link
            className="link self-center text-13"
            to="/e/$env/rollouts/$id"
            params={{ env: environment, id: rollout.id }}
          >
            Rollout
          </Link>
        ) : (
          <Button onClick={({ currentTarget }) => ask({ what: 'rollout', opener: currentTarget })}>
            Start a rollout
          </Button>
        )}
        <Button onClick={({ currentTarget }) => ask({ what: 'complaint', opener: currentTarget })}>
          Note a complaint
        </Button>
        <Button
          kind={isOn(record) ? 'danger' : 'plain'}
          onClick={({ currentTarget }) => ask({ what: 'switch', opener: currentTarget })}
        >
          {isOn(record) ? 'Kill' : 'Switch on'}
        </Button>
      </div>
    </header>
  )
}

function Variants({ flag }: { flag: Flag }) {
  return (
    <dl className="text-13">
      {Object.entries(flag.variants).map(([name, value]) => (
        <div key={name} className="border-t border-line py-1.5 first:border-t-0">
          <dt className="font-semibold wrap-anywhere">
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <code className="font-mono text-12 whitespace-pre-wrap wrap-anywhere">
              {JSON.stringify(value, null, 1)}
            </code>
          </dd>
        </div>
      ))}
    </dl>
  )
}
