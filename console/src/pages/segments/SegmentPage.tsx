import type { SegmentRecord } from '@sluice/contract'
import type { Segment } from '@sluice/core/evaluation'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { segmentsQuery } from '../../api/targeting.ts'
import { conditionText } from '../../conditions/condition-text.ts'
import { NotFound } from '../../shell/NotFound.tsx'
import { Button } from '../../ui/Button.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { EventHistory } from '../audit/EventHistory.tsx'
import { DeleteSegmentDialog } from './DeleteSegmentDialog.tsx'
import { SegmentDialog } from './SegmentDialog.tsx'
import { UsedBy } from './UsedBy.tsx'

/** One segment: who is in it, who uses it, what people changed. */
export function SegmentPage({ environment, name }: { environment: string; name: string }) {
  const segments = useQuery(segmentsQuery(environment))
  if (segments.isPending) return <Waiting />
  if (!segments.data) return <Failed error={segments.error} retry={() => void segments.refetch()} />
  const record = segments.data.items.find((each) => each.name === name)
  if (!record) return <NotFound what={`There is no segment “${name}” in ${environment}.`} environment={environment} />
  return <Shown environment={environment} record={record} />
}

interface Asked {
  readonly what: 'edit' | 'delete'
  readonly opener: Element | null
}

function Shown({ environment, record }: { environment: string; record: SegmentRecord }) {
  const navigate = useNavigate()
  const [asked, setAsked] = useState<Asked | null>(null)
  const { name, version, segment, usedBy } = record
  const { description, if: condition } = segment as unknown as Segment
  const isUsed = usedBy.flags.length + usedBy.segments.length > 0
  useEffect(() => {
    document.title = `${name} · Segments`
  }, [name])
  const dialog = asked && { environment, record, opener: asked.opener, onClose: () => setAsked(null) }
  return (
    <article className="pt-4">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-[320px]">
          <p className="text-12 text-muted">
            <Link to="/e/$env/segments" params={{ env: environment }} className="link">
              Segments
            </Link>
          </p>
          <h1 className="text-20 font-semibold wrap-anywhere" tabIndex={-1}>
            <bdi>{name}</bdi>
          </h1>
          <p className="text-13 text-muted">version {version}</p>
          {description !== undefined && <p className="mt-1 text-13 wrap-anywhere">{description}</p>}
        </div>
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" onClick={({ currentTarget }) => setAsked({ what: 'edit', opener: currentTarget })}>
            Change
          </Button>
          <Button
            kind="danger"
            disabled={isUsed}
            title={isUsed ? 'Take it out of the conditions that use it first' : undefined}
            onClick={({ currentTarget }) => setAsked({ what: 'delete', opener: currentTarget })}
          >
            Delete
          </Button>
        </div>
      </header>
      <div className="mt-5 grid gap-x-10 gap-y-6 lg:grid-cols-2">
        <div className="min-w-0 space-y-6">
          <section aria-label="Who is in it">
            <h2 className="eyebrow mb-1">Who is in it</h2>
            <p className="text-13 wrap-anywhere">{conditionText(condition)}</p>
            <details className="mt-1 text-12 text-muted">
              <summary>As JSON</summary>
              <pre tabIndex={0} className="mt-1 max-h-96 overflow-auto rounded-4 bg-sunken p-2 font-mono text-text">
                {JSON.stringify(condition, null, 2)}
              </pre>
            </details>
          </section>
          <section aria-label="Used by">
            <h2 className="eyebrow mb-1">Used by</h2>
            <div className="text-13">
              <UsedBy environment={environment} usedBy={usedBy} />
            </div>
          </section>
        </div>
        <section aria-label="History" className="min-w-0">
          <h2 className="eyebrow mb-1">History</h2>
          <EventHistory environment={environment} kind="segment" subject={name} version={version} />
        </section>
      </div>
      {dialog && asked.what === 'edit' && <SegmentDialog {...dialog} />}
      {dialog && asked.what === 'delete' && (
        <DeleteSegmentDialog
          {...dialog}
          onDeleted={() => void navigate({ to: '/e/$env/segments', params: { env: environment } })}
        />
      )}
    </article>
  )
}
