// The one place that wires: everything else is given what it needs.
import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import { KeyRing } from './access/key-ring.ts'
import { listKeys } from './access/key-store.ts'
import { policy } from './access/policy.ts'
import { findSession } from './access/session-store.ts'
import { CatalogueCache } from './catalogue/catalogue-cache.ts'
import { type CatalogueAudience, reloadModels } from './catalogue/model-service.ts'
import { ensureRevision } from './catalogue/model-store.ts'
import { type Config, isLoopback } from './config.ts'
import { migrate } from './database/migrate.ts'
import { migrations } from './database/migrations/index.ts'
import { openDatabase } from './database/open-database.ts'
import { ensureEnvironments, listEnvironments } from './environments/environment-store.ts'
import { reloadSnapshot } from './flags/publish-snapshot.ts'
import { SnapshotCache } from './flags/snapshot-cache.ts'
import { createApp } from './http/app.ts'
import { type CookieRules, cookieRules } from './http/cookie.ts'
import { InstanceRegistry } from './http/instances.ts'
import { openApiRoute } from './http/openapi.ts'
import type { Route } from './http/route.ts'
import { auditRoutes } from './http/routes/audit.ts'
import { environmentRoutes } from './http/routes/environments.ts'
import { eventRoutes } from './http/routes/events.ts'
import { flagRoutes } from './http/routes/flags.ts'
import { type Readiness, healthRoutes } from './http/routes/health.ts'
import { instanceRoutes } from './http/routes/instances.ts'
import { keyRoutes } from './http/routes/keys.ts'
import { modelCostRoute } from './http/routes/model-cost.ts'
import { modelImportRoutes } from './http/routes/model-import.ts'
import { modelRoutes } from './http/routes/models.ts'
import { modelUsageRoutes } from './http/routes/model-usage.ts'
import { sdkRoutes } from './http/routes/sdk.ts'
import { configSchemaRoute, schemaRoute } from './http/routes/schema.ts'
import { segmentRoutes } from './http/routes/segments.ts'
import { sessionRoutes } from './http/routes/session.ts'
import { snapshotRoutes } from './http/routes/snapshot.ts'
import { ofrepRoutes } from './http/standards/ofrep.ts'
import { serveStatic } from './http/static.ts'
import { StreamHub } from './http/stream.ts'
import { type Clock, systemClock } from './ports/clock.ts'
import type { Database } from './ports/database.ts'
import { type Logger, createLogger } from './ports/logger.ts'
import { type Random, systemRandom } from './ports/random.ts'

export interface Overrides {
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: Logger
  /** Where the built console, the built documentation and the packed SDK lie. */
  readonly consoleFolder?: string
  readonly docsFolder?: string
  readonly sdkFolder?: string
}

/** Everything that lives as long as the server. */
export interface Shell {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly database: Database
  readonly environments: readonly string[]
  readonly cache: SnapshotCache
  readonly hub: StreamHub
  /** The same as `hub`: whom a new revision is told to. */
  readonly audience: StreamHub
  readonly models: CatalogueCache
  readonly catalogueAudience: CatalogueAudience
  readonly instances: InstanceRegistry
  readonly keyRing: KeyRing
  readonly cookie: CookieRules
  readonly publicUrl: string | null
  readonly consoleFolder: string
  readonly docsFolder: string
  /** Holds the packed SDK and its browser build. */
  readonly sdkFolder: string
  readiness: () => Readiness
}

const serverVersion = '0.1.0'
const repository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Opens and migrates the database, and reads into memory what is served from there. */
export async function composeShell(config: Config, overrides: Overrides = {}): Promise<Shell> {
  const { clock = systemClock, random = systemRandom } = overrides
  const secrets = config.adminKey === null ? [] : [config.adminKey]
  const logger = overrides.logger ?? createLogger({ level: config.logLevel, now: () => Date.now(), secrets })
  const database = await openDatabase(config.databaseUrl, {
    ...(config.port === 0 ? {} : { address: config.publicUrl ?? `http://${config.host}:${config.port}` }),
    onConnectionLost: (error) => logger.warn('A database connection was lost.', { error }),
  })
  try {
    return await loadShell({ config, clock, random, logger, database, ...paths(overrides) })
  } catch (error) {
    await database.close()
    throw error
  }
}

const paths = ({ consoleFolder, docsFolder, sdkFolder }: Overrides) => ({
  consoleFolder: consoleFolder ?? repository('console/dist'),
  docsFolder: docsFolder ?? repository('.build/docs'),
  sdkFolder: sdkFolder ?? repository('.build'),
})

type Base = Pick<
  Shell,
  'config' | 'clock' | 'random' | 'logger' | 'database' | 'consoleFolder' | 'docsFolder' | 'sdkFolder'
>

async function loadShell(base: Base): Promise<Shell> {
  const { config, clock, random, database } = base
  await migrate(database, migrations)
  await database.transaction((transaction) => ensureEnvironments(transaction, clock.now(), random))
  const environments = (await listEnvironments(database.kysely)).map(({ name }) => name)
  const cache = new SnapshotCache()
  for (const name of environments) await reloadSnapshot(name, database, cache)
  const models = new CatalogueCache()
  await database.transaction((transaction) => ensureRevision(transaction, random))
  await reloadModels({ database, models })
  const hub = new StreamHub({ clock, snapshotOf: (name) => cache.get(name), modelsRevision: () => models.revision })
  return {
    ...base,
    environments,
    cache,
    hub,
    audience: hub,
    models,
    catalogueAudience: hub,
    instances: new InstanceRegistry(clock),
    keyRing: new KeyRing(await listKeys(database), config.adminKey),
    cookie: cookieRules(config.publicUrl?.startsWith('https:') ?? false),
    publicUrl: config.publicUrl,
    readiness: () => 'ready',
  }
}

/** The routes of the shell itself. */
export function shellRoutes(shell: Shell): Route[] {
  return [
    ...healthRoutes({ database: shell.database, readiness: () => shell.readiness() }),
    ...sessionRoutes(shell),
    ...environmentRoutes(shell.environments),
    ...keyRoutes(shell),
    ...flagRoutes(shell),
    ...segmentRoutes(shell),
    schemaRoute(),
    configSchemaRoute(),
    modelCostRoute(shell),
    ...modelImportRoutes(shell),
    ...modelUsageRoutes(shell),
    ...modelRoutes(shell),
    ...snapshotRoutes(shell),
    ...instanceRoutes(shell.instances),
    ...eventRoutes(shell.database),
    ...auditRoutes(shell.database, shell.environments),
    ...ofrepRoutes(shell),
    ...sdkRoutes(shell.sdkFolder),
  ]
}

export function composeApp(shell: Shell, more: readonly Route[] = []): Hono {
  const { config, database, clock, random, logger, keyRing, cookie, publicUrl, environments } = shell
  const described = [...shellRoutes(shell), ...more]
  const routes = [...described, openApiRoute(described, policy, serverVersion)]
  return createApp({
    routes,
    auth: {
      keyRing,
      findSession: (secret) => findSession(database, secret, clock.now()),
      cookie,
      isLoopback: isLoopback(config.host) && publicUrl === null,
      publicUrl,
      hasEnvironment: (name) => environments.includes(name),
    },
    clock,
    random,
    logger,
    database,
    staticFile: serveStatic(shell),
  })
}
