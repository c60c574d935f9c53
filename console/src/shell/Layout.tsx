import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { useLiveState, useLiveStream } from '../api/live.ts'
import { environmentsQuery } from '../api/queries.ts'

const credit =
  'Traffic: “Azure LLM inference trace 2023”, Microsoft Azure, CC BY 4.0. Changes: times sped up 60x; users, latencies and outcomes simulated.'

const navigation = [
  ['/e/$env', 'Rollouts'],
  ['/e/$env/flags', 'Flags'],
  ['/e/$env/connect', 'Connect'],
] as const

/** The frame of every page of one environment, with its one stream. */
export function Layout({ environment }: { environment: string }) {
  useLiveStream(environment)
  const navigate = useNavigate()
  const environments = useQuery(environmentsQuery)
  const names = environments.data?.items.map(({ name }) => name) ?? [environment]
  return (
    <div className="mx-auto flex min-h-dvh max-w-[1440px] flex-col px-4 sm:px-6">
      <header className="flex flex-wrap items-center gap-x-5 gap-y-1 border-b border-line py-2">
        <span className="font-semibold">Sluice</span>
        <label>
          <span className="sr-only">Environment</span>
          <select
            value={environment}
            onChange={(event) => void navigate({ to: '/e/$env', params: { env: event.target.value } })}
            className={`rounded-4 border border-edge px-2 py-1 text-13 ${environment === 'production' ? 'bg-text text-bg' : 'bg-bg'}`}
          >
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <nav className="flex gap-4" aria-label="Pages">
          {navigation.map(([to, label]) => (
            <Link
              key={to}
              to={to}
              params={{ env: environment }}
              className="py-1 text-muted"
              activeProps={{ className: 'text-text font-semibold' }}
              activeOptions={{ exact: true }}
            >
              {label}
            </Link>
          ))}
        </nav>
        <LiveBadge />
      </header>
      <main className="min-w-0 flex-1">
        <Outlet />
      </main>
      {environment === 'demo' && (
        <footer className="border-t border-line py-1 text-12 text-muted">Demo, 1 s = 1 min. {credit}</footer>
      )}
    </div>
  )
}

function LiveBadge() {
  const { status } = useLiveState()
  const text = status.kind
  return (
    <span
      className={`ml-auto text-12 ${status.kind === 'live' ? 'text-ok' : 'text-muted'}`}
    >{`${status.kind === 'live' ? '●' : '○'} ${text}`}</span>
  )
}
