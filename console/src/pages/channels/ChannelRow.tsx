import type { Channel } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { deleteChannel, testChannel } from '../../api/commands.ts'
import { channelsQuery } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Refused } from '../../ui/States.tsx'
import { Deliveries } from './Deliveries.tsx'

const kinds: Readonly<Record<Channel['kind'], string>> = { webhook: 'Webhook', slack: 'Slack' }

/** A channel: try it, look at what became of its messages, remove it. */
export function ChannelRow({ channel }: { channel: Channel }) {
  const { id, kind, name, environment, events, url, state } = channel
  const [asking, setAsking] = useState<Element | null>(null)
  const [isOpen, setOpen] = useState(false)
  const test = useAct({ act: () => testChannel(id) })
  return (
    <li className="border-t border-line py-3">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-[260px] wrap-anywhere">
          <p>
            <bdi className="font-semibold">{name}</bdi>{' '}
            <span className="text-muted">
              {kinds[kind]} · {environment ?? 'every environment'}
            </span>{' '}
            {state === 'disabled' && <span className="text-fail">✖ disabled: its receiver is gone (410)</span>}
          </p>
          <p className="font-mono text-12 text-muted">{url}</p>
          <p className="text-13 text-muted">{events.join(', ')}</p>
          <div role="status" className="text-13">
            {test.answer && (
              <p className={test.answer.delivered ? 'text-ok' : 'text-fail'}>
                {test.answer.delivered ? '✔ The test arrived.' : `✖ It did not arrive: ${test.answer.error}`}
              </p>
            )}
          </div>
          <Refused error={test.error} />
        </div>
        <div className="flex gap-2">
          <Button onClick={() => test.run()} disabled={test.isPending}>
            {test.isPending ? 'Sending …' : 'Test'}
            <span className="sr-only"> {name}</span>
          </Button>
          <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Deliveries<span className="sr-only"> to {name}</span>
          </Button>
          <Button kind="danger" onClick={({ currentTarget }) => setAsking(currentTarget)}>
            Remove<span className="sr-only"> {name}</span>
          </Button>
        </div>
      </div>
      {isOpen && <Deliveries channel={id} />}
      {asking && <RemoveDialog channel={channel} opener={asking} onClose={() => setAsking(null)} />}
    </li>
  )
}

function RemoveDialog({ channel, opener, onClose }: { channel: Channel; opener: Element; onClose: () => void }) {
  const client = useQueryClient()
  const remove = useAct({
    act: () => deleteChannel(channel.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: channelsQuery.queryKey })
      onClose()
    },
  })
  return (
    <Dialog title="Remove" subject={channel.name} open opener={opener} onClose={onClose}>
      <p className="mt-2">It is told nothing more. What waits to be delivered is dropped.</p>
      <Refused error={remove.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="destroy" disabled={remove.isPending} onClick={() => remove.run()}>
          Remove
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
