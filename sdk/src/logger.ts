/** Where the client writes its few lines. `console` fits. */
export interface Logger {
  warn(message: string): void
  error(message: string): void
}

/** A logger that cannot throw and says one thing about one subject at most once a minute. */
export interface QuietLog {
  warn(subject: string, message: string): void
  error(subject: string, message: string): void
}

const everyMs = 60_000
/** Subjects may be flag keys from user input, so their number is bounded. */
const maxSubjects = 1000

/** Wraps the host's logger; `now` in milliseconds since 1970. */
export function createQuietLog(logger: Logger, now: () => number): QuietLog {
  const lastAt = new Map<string, number>()
  const write = (level: 'warn' | 'error', subject: string, message: string) => {
    try {
      const nowMs = now()
      const last = lastAt.get(subject)
      if (last !== undefined && nowMs - last < everyMs) return
      if (lastAt.size >= maxSubjects) lastAt.clear()
      lastAt.set(subject, nowMs)
      logger[level](`sluice: ${message}`)
    } catch {
      // A broken logger is the host's; there is nowhere left to say so.
    }
  }
  return {
    warn: (subject, message) => write('warn', subject, message),
    error: (subject, message) => write('error', subject, message),
  }
}

/** The text of anything that can be thrown. */
export function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message || thrown.name
    return String(thrown)
  } catch {
    return 'unknown error'
  }
}
