import type { ApiKey } from '@sluice/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { revokeKey } from '../../api/commands.ts'
import { keysQuery } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { formatAge, formatInstant } from '../../format/time.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Failed, Refused } from '../../ui/States.tsx'

/** The keys of this environment and those of all; one that leaked is revoked here. */
export function Keys({ environment, now }: { environment: string; now: number }) {
  const list = useQuery(keysQuery)
  const [asked, setAsked] = useState<{ key: ApiKey; opener: Element } | null>(null)
  const shown = list.data?.items.filter((key) => key.environment === environment || key.environment === null) ?? []
  if (list.isError && !list.data) return <Failed error={list.error} retry={() => void list.refetch()} />
  if (shown.length === 0) return null
  return (
    <section className="mt-8" aria-labelledby="keys-title">
      <h2 id="keys-title" className="eyebrow">
        Keys
      </h2>
      <ul className="text-13">
        {shown.map((key) => (
          <li
            key={key.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line py-1.5 first:border-t-0"
          >
            <span className="min-w-0 flex-1 basis-40 wrap-anywhere">
              <bdi>{key.name}</bdi> <code className="font-mono text-12 text-muted">…{key.last4}</code>
            </span>
            <span className="w-16 text-muted">{key.kind}</span>
            <time className="w-20 text-muted" dateTime={key.createdAt} title={formatInstant(key.createdAt)}>
              {formatAge(key.createdAt, now)}
            </time>
            <button
              type="button"
              className="link"
              onClick={({ currentTarget }) => setAsked({ key, opener: currentTarget })}
            >
              Revoke<span className="sr-only"> {key.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {asked && <RevokeDialog apiKey={asked.key} opener={asked.opener} onClose={() => setAsked(null)} />}
    </section>
  )
}

function RevokeDialog({ apiKey, opener, onClose }: { apiKey: ApiKey; opener: Element; onClose: () => void }) {
  const client = useQueryClient()
  const revoke = useAct({
    act: () => revokeKey(apiKey.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keysQuery.queryKey })
      onClose()
    },
  })
  return (
    <Dialog title="Revoke" subject={apiKey.name} open opener={opener} onClose={onClose}>
      <p className="mt-2">
        Applications that use it are disconnected at once. They keep their last flags, and get no new ones.
      </p>
      <Refused error={revoke.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="destroy" disabled={revoke.isPending} onClick={() => revoke.run()}>
          Revoke
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
