import type { Channel } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { channelsQuery } from '../../api/queries.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { AddDialog } from './AddDialog.tsx'
import { ChannelRow } from './ChannelRow.tsx'

/** Who is told of what happens, beside this console. */
export function ChannelsPage({ environment }: { environment: string }) {
  const channels = useQuery(channelsQuery)
  const [adding, setAdding] = useState<Element | null>(null)
  const [made, setMade] = useState<Channel | null>(null)
  return (
    <div className="pt-6">
      <PageHeader title="Channels" place={environment}>
        <Button kind="primary" onClick={({ currentTarget }) => setAdding(currentTarget)}>
          Add a channel
        </Button>
      </PageHeader>
      <p className="mt-1 max-w-[72ch] text-13 text-muted">
        Webhooks and Slack conversations that are told of rollouts and alerts; each message is sent until it arrives.
      </p>
      {made?.secret !== undefined && (
        <div role="status" className="mt-3 max-w-[720px] border-l-2 border-ok pl-3 text-13">
          <p className="font-semibold">The secret that signs what {made.name} gets. It is shown this once.</p>
          <p className="flex flex-wrap items-center gap-x-2">
            <code className="font-mono wrap-anywhere">{made.secret}</code>
            <CopyButton text={made.secret} what="the secret" />
          </p>
        </div>
      )}
      {channels.isPending && <Waiting />}
      {channels.isError && !channels.data && <Failed error={channels.error} retry={() => void channels.refetch()} />}
      {channels.data?.items.length === 0 && (
        <p className="mt-4 text-muted">No channel yet: only this console and the CLI tell of a rollback.</p>
      )}
      <ul className="mt-3">
        {channels.data?.items.map((channel) => (
          <ChannelRow key={channel.id} channel={channel} />
        ))}
      </ul>
      {adding && (
        <AddDialog environment={environment} opener={adding} onClose={() => setAdding(null)} onMade={setMade} />
      )}
    </div>
  )
}
