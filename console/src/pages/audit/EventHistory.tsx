import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { auditQuery } from '../../api/queries.ts'
import { Button } from '../../ui/Button.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { AuditRow } from './AuditRow.tsx'

/** What people and rollouts did to one thing, the newest first. */
export function EventHistory({
  environment,
  kind,
  subject,
  version,
}: {
  environment: string
  kind: string
  subject: string
  /** Read again when it moves on. */
  version: number
}) {
  const navigate = useNavigate()
  const events = useInfiniteQuery(auditQuery({ environment, kind, subject }, version))
  if (events.isPending) return <Waiting lines={3} />
  if (!events.data) return <Failed error={events.error} retry={() => void events.refetch()} />
  return (
    <>
      <ol>
        {events.data.pages
          .flatMap(({ items }) => items)
          .map((event) => (
            <AuditRow
              key={event.id}
              event={event}
              here={environment}
              onActor={(actor) =>
                void navigate({ to: '/e/$env/audit', params: { env: environment }, search: { environment, actor } })
              }
            />
          ))}
      </ol>
      {events.hasNextPage && (
        <Button className="mt-2" onClick={() => void events.fetchNextPage()} disabled={events.isFetchingNextPage}>
          Older
        </Button>
      )}
    </>
  )
}
