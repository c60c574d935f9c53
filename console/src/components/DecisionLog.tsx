import type { DecisionEvent } from '@sluice/contract'
import { formatClock } from '../format/time.ts'
import { decisionMark, toneText } from './states.ts'

/** What happened, the newest first. */
export function DecisionLog({ decisions }: { decisions: readonly DecisionEvent[] }) {
  return (
    <ol className="text-13">
      {decisions.toReversed().map(({ id, at, action, from, to, why, actor }) => {
        const { mark, word, tone } = decisionMark(action)
        return (
          <li key={id} className="border-t border-line py-2 first:border-t-0">
            <p>
              <span className={`font-semibold ${toneText[tone]}`}>
                {mark} {word}
              </span>{' '}
              {from === to ? `at ${to} %` : `${from} % → ${to} %`}{' '}
              <span className="text-muted">
                {formatClock(at, 'seconds')} · {actor.kind === 'engine' ? 'by itself' : actor.name}
              </span>
            </p>
            <p className="text-muted">{why.sentence}</p>
          </li>
        )
      })}
    </ol>
  )
}
