import type { Context } from '#evaluation'
import { readResolvedSet } from './resolved-flags.ts'
import type { ResolvedFlags } from './resolved-flags.ts'

/** The part of `localStorage` that is used. */
export interface PageStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/** The last flags of a page, for its next visit. */
export interface PageCache {
  /** For the very same context only. */
  read(context: Context): ResolvedFlags | null
  write(context: Context, flags: ResolvedFlags): void
}

/** Keeps them under the owner's name; `storage` undefined: in `localStorage`, null: nowhere. A storage that fails is none. */
export function pageCache(storage: PageStorage | null | undefined, owner: string): PageCache {
  const name = `sluice ${owner}`
  // Reading the property throws where the browser forbids it.
  const held = (): PageStorage | null => (storage === undefined ? localStorage : storage)
  return {
    read(context) {
      try {
        const last = JSON.parse(held()?.getItem(name) ?? 'null') as { context?: string } | null
        return last?.context === JSON.stringify(context) ? readResolvedSet(last, null) : null
      } catch {
        return null
      }
    },
    write(context, flags) {
      try {
        const last = { context: JSON.stringify(context), flags: [...flags.values()] }
        held()?.setItem(name, JSON.stringify(last))
      } catch {
        // Full or forbidden: the next visit begins without.
      }
    },
  }
}
