export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export type LogFields = Readonly<Record<string, unknown>>

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export interface LoggerOptions {
  readonly level: LogLevel
  readonly now: () => number
  /** Texts that must never appear, such as the admin key. */
  readonly secrets?: readonly string[]
  readonly write?: (line: string) => void
}

/** One JSON object a line, on standard error: standard output is for people and pipes. */
export function createLogger({ level, now, secrets = [], write = toStandardError }: LoggerOptions): Logger {
  const threshold = logLevels.indexOf(level)
  const log = (of: LogLevel, message: string, fields: LogFields = {}): void => {
    if (logLevels.indexOf(of) < threshold) return
    const entry = { at: new Date(now()).toISOString(), level: of, message, ...plain(fields) }
    write(escapeControls(redact(JSON.stringify(entry), secrets)))
  }
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  }
}

export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

const toStandardError = (line: string): void => void process.stderr.write(`${line}\n`)

/** Errors carry their story in properties that JSON does not see. */
function plain(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainValue(value)]))
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (!(value instanceof Error)) return value
  const cause = value.cause === undefined ? {} : { cause: plainValue(value.cause) }
  return { name: value.name, message: value.message, stack: value.stack, ...cause }
}

/** Keys keep their kind and last four letters, so that a line can be told to belong to one of them. */
function redact(text: string, secrets: readonly string[] = []): string {
  const hidden = text
    .replace(/slc_([a-z]{3})_([A-Za-z0-9-]+)_[A-Za-z0-9]*?([A-Za-z0-9]{4})(?![A-Za-z0-9])/g, 'slc_$1_$2_…$3')
    .replace(/:\/\/([^\s:@/"]*):[^\s@/"]+@/g, '://$1:…@')
  return secrets.reduce((left, secret) => (secret === '' ? left : left.replaceAll(secret, '…')), hidden)
}

/** JSON escapes only what is below U+0020; terminals also act on DEL, C1 and the two line separators. */
function escapeControls(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
