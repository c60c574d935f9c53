import type { Train } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { trainQuery } from '../../api/queries.ts'
import { rolloutMarks, toneText } from '../../components/states.ts'

/** Rollouts that wait for each other, in the order in which they may start. */
export function Trains({ environment }: { environment: string }) {
  const trains = useQuery(trainQuery(environment))
  return trains.data?.items.map((train) => (
    <TrainView key={train.cars[0]?.rollout} environment={environment} train={train} />
  ))
}

function TrainView({ environment, train: { sentence, cars } }: { environment: string; train: Train }) {
  return (
    <section aria-label="Train" className="pt-6">
      <h2 className="eyebrow">Train</h2>
      <p className="text-13 text-muted">{sentence}</p>
      <ol className="mt-2 flex flex-wrap gap-2">
        {cars.map(({ flag, rollout, state, percent, risk, waitingFor }) => {
          const { mark, word, tone } = rolloutMarks[state]
          return (
            <li key={rollout} className="min-w-40 flex-1 rounded-4 bg-raised px-3 py-2 text-13">
              <Link
                className="link font-semibold wrap-anywhere"
                to="/e/$env/rollouts/$id"
                params={{ env: environment, id: rollout }}
              >
                <bdi>{flag}</bdi>
              </Link>
              <p>
                <span className={toneText[tone]}>
                  {mark} {word}
                </span>{' '}
                <span className="text-muted">
                  {percent} %{risk === null ? '' : ` · ${risk} risk`}
                </span>
              </p>
              {waitingFor[0] && <p className="text-12 text-muted wrap-anywhere">{waitingFor[0].sentence}</p>}
            </li>
          )
        })}
      </ol>
    </section>
  )
}
