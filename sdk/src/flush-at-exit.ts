const flushes = new Set<() => Promise<void>>()

/** One listener for all clients, however many a process makes. */
function onBeforeExit(): void {
  const due = [...flushes]
  // Once: a flush delays the exit, and the exit must not be asked for again and again.
  flushes.clear()
  for (const flush of due) void flush()
}

/** Calls `flush` once when the process has nothing left to do. The answer takes it back. */
export function flushAtExit(flush: () => Promise<void>): () => void {
  if (!process.listeners('beforeExit').includes(onBeforeExit)) process.on('beforeExit', onBeforeExit)
  flushes.add(flush)
  return () => void flushes.delete(flush)
}
