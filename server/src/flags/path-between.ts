/** How one name leads to another, both included; null when it does not. Each name is looked at once, however many ways lead to it. */
export function pathBetween(from: string, to: string, next: (name: string) => readonly string[]): string[] | null {
  const cameFrom = new Map<string, string | null>([[from, null]])
  for (const name of cameFrom.keys()) {
    if (name === to) return wayTo(name, cameFrom)
    for (const other of next(name)) if (!cameFrom.has(other)) cameFrom.set(other, name)
  }
  return null
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string | null>): string[] {
  const way: string[] = []
  for (let name: string | null = end; name !== null; name = cameFrom.get(name) ?? null) way.push(name)
  return way.toReversed()
}
