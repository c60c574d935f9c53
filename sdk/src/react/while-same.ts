/** Gives the object of the last call while none of its members has changed: React takes another object for a change. */
export function whileSame<T extends object>(read: () => T): () => T {
  let held: T | null = null
  return () => {
    const next = read()
    if (held === null || !isSame(held, next)) held = next
    return held
  }
}

function isSame<T extends object>(before: T, after: T): boolean {
  const names = Object.keys(after) as (keyof T)[]
  return names.length === Object.keys(before).length && names.every((name) => Object.is(before[name], after[name]))
}
