import { parseDuration } from '@sluice/contract'
import { type LogLevel, logLevels } from './ports/logger.ts'

export interface Config {
  readonly port: number
  readonly host: string
  readonly databaseUrl: string
  /** An admin key that lives as long as the variable. */
  readonly adminKey: string | null
  /** The https address in front of this server. */
  readonly publicUrl: string | null
  readonly allowHttp: boolean
  readonly logLevel: LogLevel
  readonly demo: boolean
  /** Hosts inside the own network that channels may post to. */
  readonly internalHosts: readonly string[]
  /** How long observations are kept; what was decided on them stays for ever. */
  readonly retentionMs: number
}

/** Everything that is wrong with the environment, each with what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`Sluice cannot start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

const shortestAdminKey = 32
const day = 86_400_000

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the variables; an empty one counts as missing. Throws a `ConfigError` that names every fault. */
export function readConfig(environment: Environment): Config {
  const faults: string[] = []
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined
  const config: Config = {
    port: readPort(read('PORT'), faults),
    host: withoutBrackets(read('HOST') ?? '127.0.0.1'),
    databaseUrl: read('SLUICE_DATABASE_URL') ?? 'sqlite:.sluice/sluice.db',
    adminKey: readAdminKey(environment['SLUICE_ADMIN_KEY'], faults),
    publicUrl: readPublicUrl(read('SLUICE_PUBLIC_URL'), faults),
    allowHttp: readSwitch('SLUICE_ALLOW_HTTP', read('SLUICE_ALLOW_HTTP'), faults),
    logLevel: readLogLevel(read('SLUICE_LOG_LEVEL'), faults),
    demo: readSwitch('SLUICE_DEMO', read('SLUICE_DEMO'), faults),
    internalHosts: (read('SLUICE_INTERNAL_HOSTS') ?? '').split(',').flatMap((host) => host.trim() || []),
    retentionMs: readRetention(read('SLUICE_RETENTION'), faults),
  }
  checkExposure(config, faults)
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}

/** Whether nobody beyond this machine can reach that host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** Only URLs write an IPv6 address in brackets; sockets know it without. */
const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

function readPort(text: string | undefined, faults: string[]): number {
  if (text === undefined) return 4400
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  faults.push(`PORT is "${text}": set it to a whole number from 0 to 65535 (0 takes any free one).`)
  return 4400
}

/** The key itself never appears in the text: it may end in a log. */
function readAdminKey(text: string | undefined, faults: string[]): string | null {
  if (text === undefined || text === '') return null
  if (!/^[\x21-\x7e]+$/.test(text))
    faults.push('SLUICE_ADMIN_KEY holds spaces or characters outside ASCII: a header cannot carry them.')
  else if (text.length < shortestAdminKey)
    faults.push(
      `SLUICE_ADMIN_KEY has ${text.length} characters: give it ${shortestAdminKey} or more, such as \`openssl rand -hex 24\` prints.`,
    )
  return text
}

function readPublicUrl(text: string | undefined, faults: string[]): string | null {
  if (text === undefined) return null
  const url = URL.parse(text)
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return text.replace(/\/+$/, '')
  faults.push(`SLUICE_PUBLIC_URL is "${text}": set it to the address in front, such as https://sluice.example.com.`)
  return null
}

function readSwitch(name: string, text: string | undefined, faults: string[]): boolean {
  if (text === undefined || text === 'off') return false
  if (text === 'on') return true
  faults.push(`${name} is "${text}": set it to on or off.`)
  return false
}

/** Thirty days: summaries and replays look back that far, and units should not be kept for longer without a reason. */
function readRetention(text: string | undefined, faults: string[]): number {
  const retentionMs = text === undefined ? 30 * day : (parseDuration(text) ?? 0)
  if (retentionMs < day) faults.push(`SLUICE_RETENTION is "${text}": set it to "1d" or more, such as "30d".`)
  return retentionMs
}

function readLogLevel(text: string | undefined, faults: string[]): LogLevel {
  const level = logLevels.find((known) => known === (text ?? 'info'))
  if (level) return level
  faults.push(`SLUICE_LOG_LEVEL is "${text}": set it to one of ${logLevels.join(', ')}.`)
  return 'info'
}

function checkExposure({ host, publicUrl, allowHttp }: Config, faults: string[]): void {
  if (isLoopback(host) || allowHttp || publicUrl?.startsWith('https:')) return
  faults.push(
    `HOST is "${host}", which others can reach without encryption: set SLUICE_PUBLIC_URL to the https address in front, ` +
      'or SLUICE_ALLOW_HTTP=on if plain HTTP is what you want, or leave HOST out.',
  )
}
