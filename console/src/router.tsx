import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router'
import { ConnectPage } from './pages/connect/ConnectPage.tsx'
import { FlagsPage } from './pages/flags/FlagsPage.tsx'
import { OverviewPage } from './pages/overview/OverviewPage.tsx'
import { RolloutPage } from './pages/rollout/RolloutPage.tsx'
import { SignInPage } from './pages/sign-in/SignInPage.tsx'
import { Layout } from './shell/Layout.tsx'

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => <p className="p-6">There is no such page.</p>,
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/e/$env', params: { env: 'demo' } })
  },
})

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignInPage })

const environment = createRoute({
  getParentRoute: () => root,
  path: '/e/$env',
  component: () => <Layout environment={environment.useParams().env} />,
})

const overview = createRoute({
  getParentRoute: () => environment,
  path: '/',
  component: () => <OverviewPage environment={overview.useParams().env} />,
})
const flags = createRoute({
  getParentRoute: () => environment,
  path: '/flags',
  component: () => <FlagsPage environment={flags.useParams().env} />,
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

export const router = createRouter({
  routeTree: root.addChildren([home, signIn, environment.addChildren([overview, flags, connect, rollout])]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
