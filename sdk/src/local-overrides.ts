import type { CompiledFlagSet } from '#evaluation'
import type { QuietLog } from './logger.ts'

const prefix = 'SLUICE_FORCE_'

/** The variable that forces a flag: `SLUICE_FORCE_PATCH_MODE` for `patch-mode`. */
function overrideName(flagKey: string): string {
  return prefix + flagKey.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
}

/** Variants that a developer forces on this machine by environment variables. */
export class LocalOverrides {
  readonly #wanted: ReadonlyMap<string, string>
  readonly #log: QuietLog
  #flags: CompiledFlagSet | null = null
  #forced: ReadonlyMap<string, string> = new Map()

  constructor(variables: Readonly<Record<string, string | undefined>>, log: QuietLog) {
    const set = Object.entries(variables).filter(([name, value]) => name.startsWith(prefix) && value !== undefined)
    this.#wanted = new Map(set as [string, string][])
    this.#log = log
  }

  /** The variant that is forced for this flag, or null. */
  of(flagKey: string, flags: CompiledFlagSet): string | null {
    if (this.#wanted.size === 0) return null
    if (flags !== this.#flags) {
      this.#forced = this.#match(flags)
      this.#flags = flags
    }
    return this.#forced.get(flagKey) ?? null
  }

  /** An override that could mean two flags, or none, or no variant, is worth a line and nothing else. */
  #match(flags: CompiledFlagSet): Map<string, string> {
    const forced = new Map<string, string>()
    for (const [name, variant] of this.#wanted) {
      const keys = [...flags.flags.keys()].filter((key) => overrideName(key) === name)
      const [key, another] = keys
      if (key === undefined) this.#log.warn(name, `${name} is ignored: there is no such flag`)
      else if (another !== undefined) this.#log.warn(name, `${name} is ignored: it could mean ${keys.join(' or ')}`)
      else if (!Object.hasOwn(flags.flags.get(key)?.flag.variants ?? {}, variant))
        this.#log.warn(name, `${name} is ignored: the flag "${key}" has no variant "${variant}"`)
      else forced.set(key, variant)
    }
    return forced
  }
}
