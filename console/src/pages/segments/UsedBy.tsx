import type { SegmentRecord } from '@sluice/contract'
import { Link } from '@tanstack/react-router'

/** The flags and segments that stand on a segment, as links. */
export function UsedBy({ environment, usedBy }: { environment: string; usedBy: SegmentRecord['usedBy'] }) {
  const { flags, segments } = usedBy
  if (flags.length + segments.length === 0) return <span className="text-muted">used by nothing</span>
  return (
    <ul className="flex flex-wrap gap-x-3">
      {flags.map((key) => (
        <li key={`flag ${key}`} className="min-w-0 wrap-anywhere">
          <Link className="link" to="/e/$env/flags/$key" params={{ env: environment, key }}>
            <bdi>{key}</bdi>
          </Link>
        </li>
      ))}
      {segments.map((name) => (
        <li key={`segment ${name}`} className="min-w-0 wrap-anywhere">
          <Link className="link" to="/e/$env/segments/$name" params={{ env: environment, name }}>
            <bdi>{name}</bdi>
          </Link>{' '}
          <span className="text-12 text-muted">segment</span>
        </li>
      ))}
    </ul>
  )
}
