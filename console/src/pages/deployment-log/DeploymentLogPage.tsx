import type { DeploymentLog, LogEntry } from '@sluice/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { writeNote } from '../../api/commands.ts'
import { environmentPath } from '../../api/client.ts'
import { deploymentLogQuery, keys } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import type { Mark } from '../../components/states.ts'
import { checkMarks, toneText } from '../../components/states.ts'
import { formatCount, formatMilliseconds, formatRate } from '../../format/numbers.ts'
import { formatInstant } from '../../format/time.ts'
import { Button } from '../../ui/Button.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Failed, Refused, Waiting } from '../../ui/States.tsx'
import { Notes } from './Notes.tsx'

type Kind = NonNullable<LogEntry['decision']>['kind']

const decisions: Readonly<Record<Kind, Mark>> = {
  proceed: { mark: '▲', word: 'Proceed to the next phase', tone: 'ok' },
  complete: { mark: '✔', word: 'Complete', tone: 'ok' },
  hold: { mark: '‖', word: 'Hold this phase', tone: 'warn' },
  rollback: { mark: '▼', word: 'Rollback', tone: 'fail' },
  takeover: { mark: '◆', word: 'Taken over by a person', tone: 'muted' },
}

/** One entry for each stay at a share, as an engineer would have written it; people add their notes. */
export function DeploymentLogPage({ environment, id }: { environment: string; id: string }) {
  const log = useQuery(deploymentLogQuery(environment, id))
  if (log.isPending) return <Waiting />
  if (!log.data) return <Failed error={log.error} retry={() => void log.refetch()} />
  const { flag, entries } = log.data
  return (
    <div className="pt-6 pb-4">
      <PageHeader title="Deployment log" place={flag}>
        <a
          className="link"
          href={`${environmentPath(environment, 'rollouts', id, 'log')}?format=md`}
          target="_blank"
          rel="noreferrer"
        >
          As Markdown
        </a>
      </PageHeader>
      <p>
        <Link className="link" to="/e/$env/rollouts/$id" params={{ env: environment, id }}>
          {flag}
        </Link>{' '}
        <span className="text-muted">in {environment}</span>
      </p>
      {entries.length === 0 && <p className="mt-2 text-muted">Nothing yet: an entry is written with each share.</p>}
      {entries.length > 0 && <NewNote log={log.data} />}
      <ol>
        {entries.toReversed().map((entry) => (
          <Entry key={`${entry.startedAt} ${entry.phase}`} log={log.data} entry={entry} />
        ))}
      </ol>
    </div>
  )
}

function NewNote({ log }: { log: DeploymentLog }) {
  const client = useQueryClient()
  const [text, setText] = useState('')
  const add = useAct({
    act: () => writeNote(log, { text }),
    onSuccess: () => {
      setText('')
      void client.invalidateQueries({ queryKey: keys.deploymentLog(log.environment, log.rollout) })
    },
  })
  return (
    <form
      className="mt-3 max-w-[80ch]"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') add.run()
      }}
    >
      <label className="block text-13 font-semibold">
        A note on what is happening now
        <textarea
          rows={2}
          dir="auto"
          maxLength={2000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="field mt-1 block w-full font-normal"
        />
      </label>
      <Refused error={add.error} />
      <Button type="submit" className="mt-1" disabled={add.isPending || text.trim() === ''}>
        Add note
      </Button>
    </form>
  )
}

function Entry({ log, entry }: { log: DeploymentLog; entry: LogEntry }) {
  const { phase, startedAt, endedAt, engineer, reason, pre, deployment, post, decision, notes } = entry
  const made = decision && decisions[decision.kind]
  return (
    <li className="mt-4 border-t border-line pt-3">
      <h2 className="font-semibold">{phase}</h2>
      <p className="text-13 text-muted">
        {formatInstant(startedAt)} {endedAt === null ? '· until now' : `to ${formatInstant(endedAt)}`} ·{' '}
        {engineer.kind === 'engine' ? 'by itself' : engineer.name}
        {reason !== null && reason !== '' && ` · ${reason}`}
      </p>
      <div className="mt-2 grid gap-x-8 gap-y-3 text-13 sm:grid-cols-2 lg:grid-cols-4">
        <Part title="Before">
          <Checks checks={pre} none="Nothing on the checklist" />
        </Part>
        <Part title="Deployment">
          <Checks checks={deployment} none="Nothing to do" />
        </Part>
        <Part title={post.complete ? 'The first 24 h' : `So far (${post.hours} of 24 h)`}>
          <Figures post={post} />
        </Part>
        <Part title="Decision">
          {decision && made ? (
            <>
              <p className={`font-semibold ${toneText[made.tone]}`}>
                {made.mark} {made.word}
              </p>
              <p className="wrap-anywhere">{decision.why}</p>
              <p className="text-12 text-muted">
                {decision.by.kind === 'engine' ? 'by itself' : decision.by.name}, {formatInstant(decision.at)}
              </p>
            </>
          ) : (
            <p className="text-muted">None yet</p>
          )}
        </Part>
      </div>
      <Notes log={log} notes={notes} />
    </li>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="eyebrow">{title}</h3>
      {children}
    </section>
  )
}

function Checks({ checks, none }: { checks: LogEntry['pre']; none: string }) {
  if (checks.length === 0) return <p className="text-muted">{none}</p>
  return (
    <ul>
      {checks.map(({ text, state, note }) => {
        const { mark, word, tone } = checkMarks[state]
        return (
          <li key={text} className="flex gap-2 wrap-anywhere">
            <span className={`w-4 ${toneText[tone]}`}>
              {mark}
              <span className="sr-only"> {word}</span>
            </span>
            <span className="min-w-0">
              {text}
              {note !== null && <span className="text-muted"> · {note}</span>}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

/** "No calls" stands for what nothing was measured of. */
function Figures({ post: { errorRate, avgResponseTime, totalRequests, complaints } }: { post: LogEntry['post'] }) {
  const figures: readonly (readonly [string, string])[] = [
    ['Error rate', errorRate === null ? 'no calls' : formatRate(errorRate)],
    ['Response time', avgResponseTime === null ? 'no calls' : formatMilliseconds(avgResponseTime)],
    ['Requests', formatCount(totalRequests)],
    ['Complaints', formatCount(complaints)],
  ]
  return (
    <dl>
      {figures.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-4">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
