import type { Referrer } from '@sluice/contract'
import { Link } from '@tanstack/react-router'

/** Flags and models that name a model, each with the place. */
export function Referrers({ items }: { items: readonly Referrer[] }) {
  return (
    <ul className="text-13">
      {items.map(({ kind, environment, ref, path }) => (
        <li key={`${kind} ${environment} ${ref} ${path}`} className="py-0.5 wrap-anywhere">
          <span className="text-muted">{kind}</span>{' '}
          {kind === 'flag' && environment !== null ? (
            <Link className="link" to="/e/$env/flags" params={{ env: environment }} search={{ q: ref }}>
              <bdi>{ref}</bdi>
            </Link>
          ) : (
            <bdi className="font-mono text-12">{ref}</bdi>
          )}{' '}
          <span className="text-muted">
            {environment !== null && `in ${environment}, `}
            <code className="font-mono text-12">{path}</code>
          </span>
        </li>
      ))}
    </ul>
  )
}
