// What this browser remembers for one person; without storage it forgets, and everything else works.

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`sluice.${name}`)
  } catch {
    return null
  }
}

export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`sluice.${name}`)
    else localStorage.setItem(`sluice.${name}`, value)
  } catch {
    // Private windows of some browsers refuse to store.
  }
}
