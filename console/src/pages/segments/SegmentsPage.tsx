import type { SegmentRecord } from '@sluice/contract'
import type { Segment } from '@sluice/core/evaluation'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { segmentsQuery } from '../../api/targeting.ts'
import { conditionText } from '../../conditions/condition-text.ts'
import { Button } from '../../ui/Button.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { SegmentDialog } from './SegmentDialog.tsx'
import { UsedBy } from './UsedBy.tsx'

/** Conditions that many flags share, and who uses them. */
export function SegmentsPage({ environment }: { environment: string }) {
  const segments = useQuery(segmentsQuery(environment))
  const navigate = useNavigate()
  const [opener, setOpener] = useState<Element | null>(null)
  return (
    <div className="pt-6">
      <PageHeader title="Segments" place={environment}>
        <Button onClick={({ currentTarget }) => setOpener(currentTarget)}>Add a segment</Button>
      </PageHeader>
      {segments.isPending && <Waiting />}
      {segments.isError && !segments.data && <Failed error={segments.error} retry={() => void segments.refetch()} />}
      {segments.data?.items.length === 0 && (
        <p className="mt-2 max-w-[64ch] text-muted">
          No segment yet. A segment is a condition under a name, such as who pays, that the rules of many flags can use;
          changed once, it changes for all of them.
        </p>
      )}
      <ul className="mt-3">
        {segments.data?.items.map((record) => (
          <Row key={record.name} environment={environment} record={record} />
        ))}
      </ul>
      {opener && (
        <SegmentDialog
          environment={environment}
          record={null}
          opener={opener}
          onClose={() => setOpener(null)}
          onSaved={(name) => void navigate({ to: '/e/$env/segments/$name', params: { env: environment, name } })}
        />
      )}
    </div>
  )
}

function Row({ environment, record }: { environment: string; record: SegmentRecord }) {
  const { name, segment, usedBy } = record
  const { description, if: condition } = segment as unknown as Segment
  return (
    <li className="grid gap-x-4 gap-y-1 border-t border-line py-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,2fr)_minmax(0,1fr)]">
      <span className="min-w-0 wrap-anywhere">
        <Link className="font-semibold hover:underline" to="/e/$env/segments/$name" params={{ env: environment, name }}>
          <bdi>{name}</bdi>
        </Link>
        {description !== undefined && <span className="block text-13 text-muted">{description}</span>}
      </span>
      <span className="min-w-0 text-13 wrap-anywhere">{conditionText(condition)}</span>
      <span className="min-w-0 text-13 wrap-anywhere">
        {usedBy.flags.length + usedBy.segments.length > 0 && <span className="text-muted sm:hidden">used by</span>}
        <UsedBy environment={environment} usedBy={usedBy} />
      </span>
    </li>
  )
}
