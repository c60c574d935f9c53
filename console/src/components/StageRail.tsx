import type { Rollout } from '@sluice/contract'
import { countdown } from '../format/countdown.ts'
import { formatDurationText } from '../format/time.ts'

/** Done, present and coming stages in one line, with the clock of the present one. */
export function StageRail({ rollout, now }: { rollout: Rollout; now: number }) {
  const index = rollout.stage?.index ?? -1
  const isOver = rollout.endedAt !== null
  const clock = countdown(rollout, now)
  return (
    <ol className="flex gap-1" aria-label="Stages">
      {rollout.plan.stages.map((stage, i) => {
        const isPresent = i === index && !isOver
        const isDone = i < index || rollout.state === 'completed'
        const isClosed = rollout.state === 'rolled_back' && i === index
        const passed = isDone || isClosed ? 1 : isPresent ? (clock?.passed ?? 0) : 0
        return (
          <li key={stage.percent} className="min-w-0 flex-1" aria-current={isPresent ? 'step' : undefined}>
            <div className="h-1 overflow-hidden rounded-4 bg-sunken">
              <div
                className={`h-full ${isClosed ? 'bg-fail' : isDone ? 'bg-ok' : 'bg-accent'}`}
                style={{ width: `${passed * 100}%` }}
              />
            </div>
            <p
              className={`mt-1 truncate text-13 ${isClosed ? 'font-semibold text-fail' : isPresent ? 'font-semibold' : 'text-muted'}`}
            >
              {isClosed ? '▼ ' : isDone ? '✔ ' : ''}
              {stage.percent} %{stage.gate === 'manual' ? ' · gate' : ''}
            </p>
            <p className="truncate text-12 text-muted">
              {isClosed
                ? 'closed here'
                : isPresent && clock
                  ? clock.text
                  : `at least ${formatDurationText(stage.atLeast)}`}
            </p>
          </li>
        )
      })}
    </ol>
  )
}
