import type { ModelRecord, ModelVersion } from '@sluice/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { historyQuery } from '../../api/models.ts'
import { actionWords } from '../../components/model-marks.ts'
import { formatAge, formatInstant } from '../../format/time.ts'
import { Button } from '../../ui/Button.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { ChangeList } from './ChangeList.tsx'
import { RevertDialog } from './RevertDialog.tsx'

/** Every version: what changed, who, when and why. The newest first. */
export function History({ record, now }: { record: ModelRecord; now: number }) {
  const history = useInfiniteQuery(historyQuery(record.model.id))
  const [asked, setAsked] = useState<{ to: ModelVersion; opener: Element } | null>(null)
  if (history.isPending) return <Waiting />
  if (!history.data) return <Failed error={history.error} retry={() => void history.refetch()} />
  const versions = history.data.pages.flatMap(({ items }) => items)
  return (
    <>
      <ol>
        {versions.map((entry) => (
          <Version
            key={entry.version}
            entry={entry}
            now={now}
            onRestore={
              entry.version === record.version || record.deletedAt !== null
                ? null
                : (opener) => setAsked({ to: entry, opener })
            }
          />
        ))}
      </ol>
      {history.hasNextPage && (
        <Button onClick={() => void history.fetchNextPage()} disabled={history.isFetchingNextPage}>
          Older versions
        </Button>
      )}
      {asked && <RevertDialog record={record} {...asked} onClose={() => setAsked(null)} />}
    </>
  )
}

function Version(props: { entry: ModelVersion; now: number; onRestore: ((opener: Element) => void) | null }) {
  const { entry, now, onRestore } = props
  const { version, at, actor, action, reason, source, changes, patch } = entry
  return (
    <li className="border-t border-line py-3 first:border-t-0 first:pt-1">
      <div className="flex items-start justify-between gap-4">
        <p className="min-w-0 wrap-anywhere">
          <span className="font-semibold">v{version}</span> {actionWords[action]} by{' '}
          <bdi className="font-semibold">{actor.name}</bdi>{' '}
          <time className="text-muted" dateTime={at} title={formatInstant(at)}>
            {formatAge(at, now)}
          </time>
          {source !== 'manual' && <span className="text-muted"> from {source}</span>}
        </p>
        {onRestore && (
          <button
            type="button"
            className="link text-13 whitespace-nowrap"
            onClick={(event) => onRestore(event.currentTarget)}
          >
            Restore<span className="sr-only"> version {version}</span>
          </button>
        )}
      </div>
      {reason !== null && (
        <p dir="auto" className="mt-0.5 text-13 text-muted wrap-anywhere">
          “{reason}”
        </p>
      )}
      <div className="mt-1">
        <ChangeList changes={changes} {...(version === 1 ? { shown: 3 } : {})} />
      </div>
      <details className="text-12 text-muted">
        <summary>Patch</summary>
        <pre tabIndex={0} className="mt-1 max-h-60 overflow-auto rounded-4 bg-sunken p-2 font-mono text-12 text-text">
          {JSON.stringify(patch, null, 2)}
        </pre>
      </details>
    </li>
  )
}
