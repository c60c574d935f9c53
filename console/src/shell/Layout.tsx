import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { signOut } from '../api/commands.ts'
import { useLiveState, useLiveStream } from '../api/live.ts'
import { alertsQuery, environmentsQuery } from '../api/queries.ts'
import { useAct } from '../api/use-act.ts'
import { formatClock } from '../format/time.ts'
import { Waiting } from '../ui/States.tsx'
import { useNow } from '../ui/use-now.ts'
import { keep } from './kept.ts'
import { NotFound } from './NotFound.tsx'
import { ThemeSwitch } from './ThemeSwitch.tsx'

const credit =
  'Demo, 1 s = 1 min. Traffic: “Azure LLM inference trace 2023”, Microsoft Azure, CC BY 4.0. Changes: times sped up 60x; users, latencies and outcomes simulated.'

const pages = [
  ['/e/$env', 'Rollouts', true],
  ['/e/$env/flags', 'Flags', false],
  ['/e/$env/segments', 'Segments', false],
  ['/e/$env/models', 'Models', false],
  ['/e/$env/metrics', 'Metrics', false],
  ['/e/$env/alerts', 'Alerts', false],
  ['/e/$env/audit', 'Audit', false],
  ['/e/$env/channels', 'Channels', false],
  ['/e/$env/connect', 'Connect', false],
] as const

/** The frame of every page of one environment, with its one stream. */
export function Layout({ environment }: { environment: string }) {
  const environments = useQuery(environmentsQuery)
  const names = environments.data?.items.map(({ name }) => name)
  const isMissing = names !== undefined && !names.includes(environment)
  useLiveStream(environment, names?.includes(environment) === true)
  useEffect(() => {
    if (names?.includes(environment)) keep('environment', environment)
  }, [names, environment])
  return (
    <div className="mx-auto flex min-h-dvh max-w-[1440px] flex-col px-4 sm:px-6">
      <a href="#content" className="link sr-only focus:not-sr-only focus:py-2">
        Skip to the content
      </a>
      <Header environment={environment} names={names} />
      <LostNotice />
      <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
        {isMissing ? (
          <NotFound what={`There is no environment called “${environment}”.`} environment={names[0] ?? 'demo'} />
        ) : environments.isPending ? (
          <Waiting />
        ) : (
          <Outlet />
        )}
      </main>
      <Footer environment={environment} />
    </div>
  )
}

function Header(props: { environment: string; names: readonly string[] | undefined }) {
  const { environment, names = [environment] } = props
  const isKnown = props.names?.includes(environment) === true
  const isMissing = !names.includes(environment)
  const navigate = useNavigate()
  const pathname = useRouterState({ select: ({ location }) => location.pathname })
  const alerts = useQuery({ ...alertsQuery(environment), enabled: isKnown })
  useEffect(() => {
    // On a phone the row of pages is longer than the screen.
    document.querySelector('nav [aria-current=page]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [pathname])
  const open = alerts.data?.items.filter(({ state }) => state === 'open').length ?? 0
  return (
    <header className="flex flex-wrap items-center gap-x-5 gap-y-1 border-b border-line py-2">
      <span className="font-semibold">Sluice</span>
      <label>
        <span className="sr-only">Environment</span>
        <select
          value={isMissing ? '' : environment}
          onChange={(event) => void navigate({ to: '/e/$env', params: { env: event.target.value } })}
          className={`field field-small ${environment === 'production' ? 'bg-text! text-bg!' : ''}`}
        >
          {isMissing && (
            <option value="" disabled>
              unknown
            </option>
          )}
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <LiveBadge />
      <nav
        className="relative flex gap-x-4 max-sm:order-last max-sm:-mx-4 max-sm:w-screen max-sm:overflow-x-auto max-sm:px-4 sm:flex-wrap"
        aria-label="Pages"
      >
        {pages.map(([to, label, exact]) => (
          <Link
            key={to}
            to={to}
            params={{ env: isMissing ? (names[0] ?? 'demo') : environment }}
            className="py-1 text-muted pointer-coarse:py-3"
            activeProps={{ className: 'text-text! font-semibold' }}
            activeOptions={{ exact }}
          >
            {label}
            {label === 'Alerts' && open > 0 && (
              <span className="ml-1 text-12 font-semibold text-fail">
                {open}
                <span className="sr-only"> open</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
    </header>
  )
}

const badges = {
  live: '● live',
  connecting: '○ connecting',
  reconnecting: '○ reconnecting',
  closed: '○ paused',
} as const

function LiveBadge() {
  const { status } = useLiveState()
  return (
    <span className={`ml-auto text-12 sm:order-last ${status.kind === 'live' ? 'text-ok' : 'text-muted'}`}>
      {badges[status.kind]}
    </span>
  )
}

/** A short loss is nobody's concern; after a few seconds people must know how old the page is. */
const quietLossMs = 3000

function LostNotice() {
  const { status } = useLiveState()
  const now = useNow()
  const isLost = status.kind === 'reconnecting' && now - status.sinceMs >= quietLossMs
  return (
    <div role="status">
      {isLost && (
        <p className="border-b border-warn py-2 text-13">
          <span className="font-semibold text-warn">
            ▲ Not connected since {formatClock(status.sinceMs, 'seconds')}.
          </span>{' '}
          What you see is from then. Your applications keep their last flags; this page goes on by itself.
        </p>
      )}
    </div>
  )
}

function Footer({ environment }: { environment: string }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const leave = useAct({
    act: signOut,
    onSuccess: () => {
      void navigate({ to: '/sign-in', search: {} }).then(() => client.clear())
    },
  })
  return (
    <footer className="mt-6 flex flex-wrap items-center gap-x-6 gap-y-1 border-t border-line py-2 text-12 text-muted max-sm:pb-20">
      <span className="min-w-0 flex-1 basis-[280px]">{environment === 'demo' && credit}</span>
      <ThemeSwitch />
      <a href="/docs/" className="link">
        Docs
      </a>
      <button type="button" className="link" onClick={() => leave.run()}>
        Sign out
      </button>
    </footer>
  )
}
