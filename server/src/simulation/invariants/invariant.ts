import type { Story } from '../story.ts'

/** Where in the trace a rule was broken, and how. */
export interface Breach {
  readonly at: number
  readonly how: string
}

/** Something that no history may break. */
export interface Invariant {
  readonly id: string
  readonly sentence: string
  readonly broken: (story: Story) => Breach | null
}

/** The first of the items with which something is wrong. */
export function first<T extends { readonly at: number }>(
  items: readonly T[],
  wrong: (item: T) => string | null,
): Breach | null {
  for (const item of items) {
    const how = wrong(item)
    if (how !== null) return { at: item.at, how }
  }
  return null
}
