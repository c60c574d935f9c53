import type { Delivery } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { redeliver } from '../../api/commands.ts'
import { deliveriesQuery } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import type { Mark } from '../../components/states.ts'
import { toneText } from '../../components/states.ts'
import { formatInstant } from '../../format/time.ts'
import { Failed, Refused, Waiting } from '../../ui/States.tsx'

const marks: Readonly<Record<Delivery['state'], Mark>> = {
  pending: { mark: '◔', word: 'waiting', tone: 'muted' },
  delivered: { mark: '✔', word: 'arrived', tone: 'ok' },
  failed: { mark: '✖', word: 'failed', tone: 'fail' },
}

/** What became of the messages to a channel. */
export function Deliveries({ channel }: { channel: string }) {
  const deliveries = useQuery(deliveriesQuery(channel))
  const again = useAct({
    act: (event: string) => redeliver(channel, event),
    onSuccess: () => void deliveries.refetch(),
  })
  if (deliveries.isPending) return <Waiting lines={2} />
  if (!deliveries.data) return <Failed error={deliveries.error} retry={() => void deliveries.refetch()} />
  if (deliveries.data.items.length === 0)
    return <p className="mt-2 text-13 text-muted">Nothing was sent yet: nothing of its kind has happened.</p>
  return (
    <>
      <Refused error={again.error} />
      <ol className="mt-2 text-13">
        {deliveries.data.items.map((delivery) => {
          const { event, type, state } = delivery
          const { mark, word, tone } = marks[state]
          return (
            <li key={event} className="flex flex-wrap gap-x-4 border-t border-line py-1 wrap-anywhere">
              <span className={`w-20 ${toneText[tone]}`}>
                {mark} {word}
              </span>
              <span className="w-44">{type}</span>
              <span className="min-w-0 flex-1 basis-40 text-muted">{whatBecame(delivery)}</span>
              {state !== 'pending' && (
                <button type="button" className="link" disabled={again.isPending} onClick={() => again.run(event)}>
                  Send again
                </button>
              )}
            </li>
          )
        })}
      </ol>
    </>
  )
}

function whatBecame({ state, attempts, deliveredAt, nextAttemptAt, error }: Delivery): string {
  const parts = [
    deliveredAt && formatInstant(deliveredAt),
    state === 'pending' && nextAttemptAt && `next try ${formatInstant(nextAttemptAt)}`,
    attempts > 1 && `${attempts} tries`,
    error,
  ]
  return parts.filter(Boolean).join(' · ')
}
