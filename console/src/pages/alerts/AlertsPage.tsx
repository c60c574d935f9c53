import type { Alert } from '@sluice/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { answerAlert } from '../../api/commands.ts'
import { alertsQuery, keys } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import type { Mark } from '../../components/states.ts'
import { toneText } from '../../components/states.ts'
import { formatAge, formatInstant } from '../../format/time.ts'
import { Button } from '../../ui/Button.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Failed, Refused, Waiting } from '../../ui/States.tsx'
import { useNow } from '../../ui/use-now.ts'

const severities: Readonly<Record<Alert['severity'], Mark>> = {
  CRITICAL: { mark: '✖', word: 'critical', tone: 'fail' },
  WARNING: { mark: '▲', word: 'warning', tone: 'warn' },
  INFO: { mark: '◆', word: 'note', tone: 'muted' },
}

/** What people should know about; the open ones first. */
export function AlertsPage({ environment }: { environment: string }) {
  const now = useNow()
  const alerts = useQuery(alertsQuery(environment))
  if (alerts.isPending) return <Waiting />
  if (!alerts.data) return <Failed error={alerts.error} retry={() => void alerts.refetch()} />
  const { open, resolved } = Object.groupBy(alerts.data.items, ({ state }) =>
    state === 'resolved' ? 'resolved' : 'open',
  )
  return (
    <div className="pt-6">
      <PageHeader title="Alerts" place={environment} />
      {!open && <p className="mt-2 text-muted">Nothing is open: nothing needs you.</p>}
      <ul className="mt-2">
        {open?.map((alert) => (
          <Row key={alert.id} alert={alert} now={now} />
        ))}
      </ul>
      {resolved && (
        <section className="pt-6">
          <h2 className="eyebrow">Resolved</h2>
          <ul>
            {resolved.slice(0, 50).map((alert) => (
              <Row key={alert.id} alert={alert} now={now} />
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Row({ alert, now }: { alert: Alert; now: number }) {
  const client = useQueryClient()
  const answer = useAct({
    act: (action: 'acknowledge' | 'resolve') => answerAlert(alert, action),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.alerts(alert.environment) }),
  })
  const { mark, word, tone } = severities[alert.severity]
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-t border-line py-2">
      <div className="min-w-0 flex-1 basis-[280px] wrap-anywhere">
        <p>
          <span className={`font-semibold ${toneText[tone]}`}>
            {mark} {word}
          </span>{' '}
          <About alert={alert} />{' '}
          <time className="text-13 text-muted" dateTime={alert.openedAt} title={formatInstant(alert.openedAt)}>
            {formatAge(alert.openedAt, now)}
          </time>
        </p>
        <p dir="auto">{alert.message}</p>
        <p className="text-13 text-muted">{standing(alert)}</p>
        {alert.runbook !== null && <Runbook text={alert.runbook} />}
        <Refused error={answer.error} />
      </div>
      {alert.state !== 'resolved' && (
        <div className="flex gap-2">
          {alert.state === 'open' && (
            <Button onClick={() => answer.run('acknowledge')} disabled={answer.isPending}>
              Acknowledge
            </Button>
          )}
          <Button onClick={() => answer.run('resolve')} disabled={answer.isPending}>
            Resolve
          </Button>
        </div>
      )}
    </li>
  )
}

/** What the plan says people do: a link where it is an address. */
function Runbook({ text }: { text: string }) {
  const isAddress = /^https?:\/\//.test(text)
  return (
    <p className="text-13">
      Runbook:{' '}
      {isAddress ? (
        <a className="link" href={text} rel="noreferrer">
          {text}
        </a>
      ) : (
        <span dir="auto">{text}</span>
      )}
    </p>
  )
}

/** The rollout that it is about, or the flag where there is none. */
function About({ alert: { environment, flag, rollout } }: { alert: Alert }) {
  const name = <bdi>{flag}</bdi>
  return rollout === '' ? (
    <Link className="link" to="/e/$env/flags" params={{ env: environment }} search={{ q: flag }}>
      {name}
    </Link>
  ) : (
    <Link className="link" to="/e/$env/rollouts/$id" params={{ env: environment, id: rollout }}>
      {name}
    </Link>
  )
}

function standing({ state, action, acknowledgedBy, resolvedAt, resolvedBy }: Alert): string {
  if (state === 'open') return action
  if (state === 'acknowledged') return `${acknowledgedBy ?? 'Somebody'} looks after it. ${action}`
  return `Resolved ${resolvedBy === null ? 'by itself' : `by ${resolvedBy}`}${resolvedAt === null ? '' : `, ${formatInstant(resolvedAt)}`}`
}
