import type { AuditEvent } from '@sluice/contract'
import { Link } from '@tanstack/react-router'
import { formatInstant } from '../../format/time.ts'

/** One change: who, what, to what, why, with the evidence to unfold. */
export function AuditRow({
  event,
  here,
  onActor,
}: {
  event: AuditEvent
  /** The environment of the page, in which pages of models are shown. */
  here: string
  onActor: (name: string) => void
}) {
  const { at, actor, subject, action, from, to, why, reason, environment, evidence, hash } = event
  return (
    <li className="grid gap-x-4 border-t border-line py-2 sm:grid-cols-[168px_minmax(0,1fr)]">
      <time className="text-13 text-muted" dateTime={at}>
        {formatInstant(at)}
      </time>
      <div className="min-w-0 wrap-anywhere">
        <p>
          <button type="button" className="font-semibold hover:underline" onClick={() => onActor(actor.name)}>
            <bdi>{actor.name}</bdi>
          </button>{' '}
          <span className="text-muted">
            {action.replaceAll(/[-_.]/g, ' ')} · {subject.kind}
          </span>{' '}
          <Subject event={event} here={here} />
          {environment !== null && <span className="text-muted"> in {environment}</span>}
          {from !== null && to !== null && from !== to && (
            <span className="text-13 text-muted">
              {' '}
              · {from} → {to}
            </span>
          )}
        </p>
        {why && <p className="text-13 text-muted">{why.sentence}</p>}
        {reason !== null && reason !== '' && (
          <p dir="auto" className="text-13 text-muted">
            “{reason}”
          </p>
        )}
        <details className="text-12 text-muted">
          <summary>Evidence</summary>
          <pre tabIndex={0} className="mt-1 max-h-60 overflow-auto rounded-4 bg-sunken p-2 font-mono text-12 text-text">
            {JSON.stringify(evidence, null, 2)}
          </pre>
          <p className="mt-1">
            SHA-256 <code className="font-mono">{hash}</code>
          </p>
        </details>
      </div>
    </li>
  )
}

/** What it happened to, as a link where there is a page of it. */
function Subject({ event: { subject, environment }, here }: { event: AuditEvent; here: string }) {
  const { kind, id } = subject
  if (environment !== null && kind === 'rollout')
    return (
      <Link className="link" to="/e/$env/rollouts/$id" params={{ env: environment, id }}>
        {id}
      </Link>
    )
  if (environment !== null && kind === 'flag')
    return (
      <Link className="link" to="/e/$env/flags" params={{ env: environment }} search={{ q: id }}>
        <bdi>{id}</bdi>
      </Link>
    )
  if (kind === 'model')
    return (
      <Link className="link" to="/e/$env/models/$id" params={{ env: here, id }}>
        <bdi>{id}</bdi>
      </Link>
    )
  return <bdi>{id}</bdi>
}
