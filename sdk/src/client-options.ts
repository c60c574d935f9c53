import type { RegexCompiler } from '#evaluation'
import type { Logger } from './logger.ts'
import type { ModelsLink } from './models/models-link.ts'
import { SluiceError } from './sluice-error.ts'

/** How a client is made. Everything but `url` and `key` has a default, and those two may come from the environment. */
export interface ClientOptions {
  /** Address of the Sluice server. Default: `SLUICE_URL`. */
  url?: string
  /** A server key, `slc_srv_…`. Default: `SLUICE_KEY`. */
  key?: string
  /** Default: the environment the key names, else `SLUICE_ENVIRONMENT`. */
  environment?: string
  /** A snapshot to start from, as `GET …/snapshot` answers it: for instance one shipped with the application. */
  bootstrap?: object
  /** Path of a file that keeps the last good snapshot for the next start; `….models` beside it keeps the models. */
  cacheFile?: string
  /** A repository of models, of `createModelRepository`, that follows the server over this client's connection. */
  models?: ModelsLink
  /** How long `ready()` waits for the server at most. Default 5,000 ms. */
  initTimeoutMs?: number
  /** How often observations are sent; jittered by 20 %. Default 2,000 ms. */
  flushIntervalMs?: number
  /** How long a branch of `run` and `guard` may take before it counts as failed and is aborted. Default: no limit. */
  timeoutMs?: number
  /**
   * Sends a hash in place of the unit: salted with the rollout's id, or keyed with your own secret text. All processes that
   * report on a flag must do the same, or one user counts as two. Needs a server key: the server takes the SDK's word for
   * the arm.
   */
  hashUnits?: boolean | string
  /** Used for every request in place of the built-in transport. Its sockets may keep the process from ending by itself. */
  fetch?: typeof fetch
  /** Compiles regular expressions of rules (RE2 syntax). Default on Node: the package re2js, where it is installed. */
  regex?: RegexCompiler
  /** Default: `console`. One line a minute about one thing. */
  logger?: Logger
  /** The wall clock in milliseconds since 1970; latencies are measured with it too. */
  now?: () => number
}

/** Options with every default filled in. */
export interface ClientSettings {
  readonly url: string
  readonly key: string
  readonly environment: string
  readonly bootstrap: object | null
  readonly cacheFile: string | null
  readonly models: ModelsLink | null
  readonly initTimeoutMs: number
  readonly flushIntervalMs: number
  readonly timeoutMs: number | null
  readonly hashUnits: boolean | string
  readonly fetch: typeof fetch | null
  readonly regex: RegexCompiler | undefined
  readonly logger: Logger
  readonly now: (() => number) | null
}

type Variables = Readonly<Record<string, string | undefined>>

const longestMs = 2 ** 31 - 1
const keyPattern = /^slc_(srv|cli|ing|adm)_([a-z0-9-]+)_./

/** Checks the options; throws SluiceError `INVALID_OPTION`, the one thing that a client ever throws. */
export function readOptions(options: ClientOptions, variables: Variables): ClientSettings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'expected an object')
  const url = readUrl(options.url ?? variables.SLUICE_URL)
  const key = options.key ?? variables.SLUICE_KEY
  if (typeof key !== 'string' || key === '') throw invalid('key', 'it is missing; pass it or set SLUICE_KEY')
  if (/\s/.test(key)) throw invalid('key', 'it contains white space; was it cut or pasted with a line end?')
  const { bootstrap, cacheFile, hashUnits = false, logger = console, models, now, fetch, regex } = options
  if (bootstrap !== undefined && (typeof bootstrap !== 'object' || bootstrap === null))
    throw invalid('bootstrap', 'expected a snapshot, as GET …/snapshot answers it')
  if (cacheFile !== undefined && (typeof cacheFile !== 'string' || cacheFile === ''))
    throw invalid('cacheFile', 'expected the path of a file')
  if (typeof hashUnits !== 'boolean' && (typeof hashUnits !== 'string' || hashUnits === ''))
    throw invalid('hashUnits', 'expected true, false or a secret text')
  if (typeof logger?.warn !== 'function' || typeof logger.error !== 'function')
    throw invalid('logger', 'expected an object with the functions warn and error, such as console')
  if (models !== undefined && typeof models?.connect !== 'function')
    throw invalid('models', 'expected a repository, as createModelRepository makes it')
  if (now !== undefined && typeof now !== 'function') throw invalid('now', 'expected a function')
  if (regex !== undefined && typeof regex !== 'function') throw invalid('regex', 'expected a function')
  if (fetch !== undefined && typeof fetch !== 'function') throw invalid('fetch', 'expected a function')
  return {
    url,
    key,
    environment: readEnvironment(key, options.environment ?? variables.SLUICE_ENVIRONMENT),
    bootstrap: bootstrap ?? null,
    cacheFile: cacheFile ?? null,
    models: models ?? null,
    initTimeoutMs: readMs('initTimeoutMs', options.initTimeoutMs, 0) ?? 5000,
    flushIntervalMs: readMs('flushIntervalMs', options.flushIntervalMs, 10) ?? 2000,
    timeoutMs: readMs('timeoutMs', options.timeoutMs, 1),
    hashUnits,
    fetch: fetch ?? null,
    regex,
    logger,
    now: now ?? null,
  }
}

function readUrl(text: unknown): string {
  if (typeof text !== 'string' || text === '') throw invalid('url', 'it is missing; pass it or set SLUICE_URL')
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw invalid('url', `expected an address such as https://sluice.example.org, found "${text}"`)
  if (url.username !== '' || url.search !== '' || url.hash !== '')
    throw invalid('url', 'expected no user, query or fragment in it; the key goes into `key`')
  return url.href.replace(/\/+$/, '')
}

function readEnvironment(key: string, given: unknown): string {
  const [, kind, named] = keyPattern.exec(key) ?? []
  if (kind === 'cli' || kind === 'ing')
    throw invalid(
      'key',
      `it is of the kind ${kind === 'cli' ? 'client' : 'ingest'}, which may not read flags; make a server key`,
    )
  if (given === undefined || given === '') {
    if (kind === 'srv' && named !== undefined) return named
    throw invalid('environment', 'the key names none; pass it or set SLUICE_ENVIRONMENT')
  }
  if (typeof given !== 'string' || !/^[A-Za-z0-9._-]{1,100}$/.test(given))
    throw invalid('environment', 'expected a name such as production')
  if (kind === 'srv' && named !== given)
    throw invalid('environment', `the key is for "${named}", not for "${given}"; leave one of them out`)
  return given
}

function readMs(option: string, value: unknown, least: number): number | null {
  if (value === undefined) return null
  if (typeof value !== 'number' || !(value >= least && value <= longestMs)) {
    const found = typeof value === 'string' ? `the text "${value}"` : String(value)
    throw invalid(option, `expected milliseconds from ${least} to ${longestMs}, found ${found}`)
  }
  return value
}

const invalid = (option: string, text: string): SluiceError =>
  new SluiceError('INVALID_OPTION', `createClient: \`${option}\`: ${text}.`)
