import type { Context } from '#evaluation'
import { readResolvedSet } from './resolved-flags.ts'
import type { ResolvedFlags } from './resolved-flags.ts'

/** The part of `localStorage` that is used. */
export interface PageStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/** The last flags of one server and environment, for the next visit: read only for the very same context. */
export class PageCache {
  readonly #storage: PageStorage | null
  readonly #name: string

  constructor(storage: PageStorage | null, owner: string) {
    this.#storage = storage
    this.#name = `sluice ${owner}`
  }

  read(context: Context): ResolvedFlags | null {
    try {
      const held = JSON.parse(this.#storage?.getItem(this.#name) ?? 'null') as { context?: string } | null
      return held?.context === JSON.stringify(context) ? readResolvedSet(held, null) : null
    } catch {
      return null
    }
  }

  write(context: Context, flags: ResolvedFlags): void {
    try {
      const held = { context: JSON.stringify(context), flags: [...flags.values()] }
      this.#storage?.setItem(this.#name, JSON.stringify(held))
    } catch {
      // Full or forbidden: the next visit begins without.
    }
  }
}

/** Null where the browser forbids it. */
export function pageStorage(): PageStorage | null {
  try {
    return globalThis.localStorage ?? null
  } catch {
    return null
  }
}
