import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { AlertsPage } from './pages/alerts/AlertsPage.tsx'
import { ConnectPage } from './pages/connect/ConnectPage.tsx'
import { FlagsPage } from './pages/flags/FlagsPage.tsx'
import type { AuditFilter } from './api/queries.ts'
import { type ModelFilter, sorts } from './api/models.ts'
import { MetricsPage, windows } from './pages/metrics/MetricsPage.tsx'
import { UsagePage, usageView } from './pages/models/UsagePage.tsx'
import { OverviewPage } from './pages/overview/OverviewPage.tsx'
import { RolloutPage } from './pages/rollout/RolloutPage.tsx'
import { SignInPage } from './pages/sign-in/SignInPage.tsx'
import { recall } from './shell/kept.ts'
import { Layout } from './shell/Layout.tsx'
import { NotFound } from './shell/NotFound.tsx'

// Fetched when somebody goes there: most visits are to a rollout, and should not wait for forms.
const ModelsPage = lazyRouteComponent(() => import('./pages/models/ModelsPage.tsx'), 'ModelsPage')
const ModelPage = lazyRouteComponent(() => import('./pages/models/ModelPage.tsx'), 'ModelPage')
const FlagPage = lazyRouteComponent(() => import('./pages/flags/FlagPage.tsx'), 'FlagPage')
const SegmentsPage = lazyRouteComponent(() => import('./pages/segments/SegmentsPage.tsx'), 'SegmentsPage')
const SegmentPage = lazyRouteComponent(() => import('./pages/segments/SegmentPage.tsx'), 'SegmentPage')
const AuditPage = lazyRouteComponent(() => import('./pages/audit/AuditPage.tsx'), 'AuditPage')
const ChannelsPage = lazyRouteComponent(() => import('./pages/channels/ChannelsPage.tsx'), 'ChannelsPage')
const DeploymentLogPage = lazyRouteComponent(
  () => import('./pages/deployment-log/DeploymentLogPage.tsx'),
  'DeploymentLogPage',
)
const ImportPage = lazyRouteComponent(() => import('./pages/models/import/ImportPage.tsx'), 'ImportPage')
const ComparePage = lazyRouteComponent(() => import('./pages/models/ComparePage.tsx'), 'ComparePage')

/** Where a person was last; the demo before that. */
const home = (): string => recall('environment') ?? 'demo'
const noPage = () => <NotFound what="There is no such page." environment={home()} />

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => <main className="px-4 sm:px-6">{noPage()}</main>,
})

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/e/$env', params: { env: home() } })
  },
})

/** Only addresses of this console: a link must not send people elsewhere once they have signed in. */
const isOwnPage = (path: unknown): path is string => typeof path === 'string' && path.startsWith('/e/')

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { from?: string } => (isOwnPage(search['from']) ? { from: search['from'] } : {}),
  component: () => <SignInPage goOn={signIn.useSearch().from} />,
})

const environment = createRoute({
  getParentRoute: () => root,
  path: '/e/$env',
  notFoundComponent: noPage,
  component: () => {
    const { env } = environment.useParams()
    return <Layout key={env} environment={env} />
  },
})

const overview = createRoute({
  getParentRoute: () => environment,
  path: '/',
  component: () => <OverviewPage environment={overview.useParams().env} />,
})
const flags = createRoute({
  getParentRoute: () => environment,
  path: '/flags',
  validateSearch: ({ q }): { q?: string } => (typeof q === 'string' && q !== '' ? { q } : {}),
  component: () => <FlagsPage environment={flags.useParams().env} search={flags.useSearch().q ?? ''} />,
})
const flag = createRoute({
  getParentRoute: () => environment,
  path: '/flags/$key',
  component: () => {
    const { env, key } = flag.useParams()
    return <FlagPage key={key} environment={env} flagKey={key} />
  },
})
const segments = createRoute({
  getParentRoute: () => environment,
  path: '/segments',
  component: () => <SegmentsPage environment={segments.useParams().env} />,
})
const segment = createRoute({
  getParentRoute: () => environment,
  path: '/segments/$name',
  component: () => {
    const { env, name } = segment.useParams()
    return <SegmentPage key={name} environment={env} name={name} />
  },
})
const alerts = createRoute({
  getParentRoute: () => environment,
  path: '/alerts',
  component: () => <AlertsPage environment={alerts.useParams().env} />,
})
const models = createRoute({
  getParentRoute: () => environment,
  path: '/models',
  validateSearch: modelFilter,
  component: () => <ModelsPage environment={models.useParams().env} filter={models.useSearch()} />,
})
const compare = createRoute({
  getParentRoute: () => environment,
  path: '/models/compare',
  validateSearch: ({ ids }): { ids: string[] } => ({
    ids: Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [],
  }),
  component: () => <ComparePage environment={compare.useParams().env} ids={compare.useSearch().ids} />,
})
const imports = createRoute({
  getParentRoute: () => environment,
  path: '/models/import',
  component: () => <ImportPage environment={imports.useParams().env} />,
})
const usage = createRoute({
  getParentRoute: () => environment,
  path: '/models/usage',
  validateSearch: usageView,
  component: () => <UsagePage environment={usage.useParams().env} view={usage.useSearch()} />,
})
const model = createRoute({
  getParentRoute: () => environment,
  path: '/models/$id',
  component: () => {
    const { env, id } = model.useParams()
    return <ModelPage key={id} environment={env} id={id} />
  },
})
const metrics = createRoute({
  getParentRoute: () => environment,
  path: '/metrics',
  validateSearch: ({ last, q }): { last?: number; q?: string } => ({
    ...(windows.some(([minutes]) => minutes === last) ? { last: last as number } : {}),
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
  }),
  component: () => {
    const { last = 60, q = '' } = metrics.useSearch()
    return <MetricsPage environment={metrics.useParams().env} minutes={last} search={q} />
  },
})
const audit = createRoute({
  getParentRoute: () => environment,
  path: '/audit',
  validateSearch: (search): AuditFilter => pickTexts(search, ['environment', 'kind', 'actor', 'subject']),
  component: () => <AuditPage environment={audit.useParams().env} filter={audit.useSearch()} />,
})
const channels = createRoute({
  getParentRoute: () => environment,
  path: '/channels',
  component: () => <ChannelsPage environment={channels.useParams().env} />,
})
const connect = createRoute({
  getParentRoute: () => environment,
  path: '/connect',
  component: () => <ConnectPage environment={connect.useParams().env} />,
})
const rollout = createRoute({
  getParentRoute: () => environment,
  path: '/rollouts/$id',
  component: () => {
    const { env, id } = rollout.useParams()
    return <RolloutPage key={id} environment={env} id={id} />
  },
})
const deploymentLog = createRoute({
  getParentRoute: () => environment,
  path: '/rollouts/$id/log',
  component: () => {
    const { env, id } = deploymentLog.useParams()
    return <DeploymentLogPage key={id} environment={env} id={id} />
  },
})

const pages = [
  overview,
  flags,
  flag,
  segments,
  segment,
  models,
  compare,
  imports,
  usage,
  model,
  metrics,
  alerts,
  audit,
  channels,
  connect,
  rollout,
  deploymentLog,
] as const

/** The named texts that an address carries; the router has made a number of a text that looks like one. */
function pickTexts(search: Record<string, unknown>, names: readonly string[]): Record<string, string> {
  const found = names.flatMap((name): [string, string][] => {
    const value = search[name]
    if (typeof value === 'number') return [[name, String(value)]]
    return typeof value === 'string' && value !== '' ? [[name, value]] : []
  })
  return Object.fromEntries(found)
}

/** What the address asks of the list; anything else in it is ignored. */
function modelFilter(search: Record<string, unknown>): ModelFilter {
  const sort = sorts.find((each) => each === search['sort'])
  return {
    ...pickTexts(search, ['q', 'provider', 'status', 'kind', 'capability']),
    ...(sort === undefined ? {} : { sort }),
    ...(search['deleted'] === true ? { deleted: true } : {}),
  }
}

export const router = createRouter({
  routeTree: root.addChildren([start, signIn, environment.addChildren(pages)]),
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
