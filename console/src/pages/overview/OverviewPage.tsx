import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { rolloutsQuery } from '../../api/queries.ts'
import { groupRollouts, lastTurn } from '../../components/rollout-order.ts'
import { rolloutMarks, toneText } from '../../components/states.ts'
import { formatPercent } from '../../format/numbers.ts'
import { formatAge } from '../../format/time.ts'
import { Failed, Waiting } from '../../ui/States.tsx'
import { Trains } from './Trains.tsx'
import { useNow } from '../../ui/use-now.ts'

const titles = { decision: 'Needs a decision', running: 'Running', draft: 'Drafts', ended: 'Ended' } as const

/** Every rollout of the environment, those that need a person first. */
export function OverviewPage({ environment }: { environment: string }) {
  const now = useNow()
  const rollouts = useQuery(rolloutsQuery(environment))
  useEffect(() => {
    document.title = `Rollouts · ${environment}`
  }, [environment])
  if (rollouts.isPending) return <Waiting />
  if (!rollouts.data) return <Failed error={rollouts.error} retry={() => void rollouts.refetch()} />
  const groups = groupRollouts(rollouts.data.items)
  if (rollouts.data.items.length === 0) return <Nothing environment={environment} />
  return (
    <>
      <h1 className="sr-only">Rollouts</h1>
      <Trains environment={environment} />
      {groups.map(({ group, items: some }) => (
        <section key={group} className="pt-6">
          <h2 className="eyebrow">{titles[group]}</h2>
          <ul>
            {some.map((rollout) => {
              const { mark, word, tone } = rolloutMarks[rollout.state]
              return (
                <li key={rollout.id} className="border-t border-line">
                  <Link
                    to="/e/$env/rollouts/$id"
                    params={{ env: environment, id: rollout.id }}
                    className="grid gap-x-4 py-2 hover:bg-raised sm:grid-cols-[200px_64px_minmax(0,1fr)_auto]"
                  >
                    <span className="min-w-0 font-semibold">
                      <bdi className="wrap-anywhere">{rollout.flag}</bdi>{' '}
                      <span className={`font-normal ${toneText[tone]}`}>{`${mark} ${word}`}</span>
                    </span>
                    <span className="sm:text-right">{formatPercent(rollout.exposure.set)}</span>
                    <span className="text-muted sm:truncate">{rollout.why.sentence}</span>
                    <span className="text-13 text-muted">{formatAge(lastTurn(rollout), now)}</span>
                  </Link>
                </li>
              )
            })}
          </ul>
        </section>
      ))}
    </>
  )
}

function Nothing({ environment }: { environment: string }) {
  return (
    <div className="max-w-[60ch] pt-10">
      <h1 className="text-20 font-semibold">Nothing is being rolled out</h1>
      <p className="mt-2">
        Connect your application, guard one call, and start a rollout over it.{' '}
        <Link className="link" to="/e/$env/connect" params={{ env: environment }}>
          Connect
        </Link>
      </p>
    </div>
  )
}
