/** Runs `act` at once, then at most once in `ms` for each key; what came in between runs once at the end. */
export function throttle(ms: number, act: (key: string) => void): (key: string) => void {
  const waiting = new Map<string, 'quiet' | 'again'>()
  const open = (key: string): void => {
    if (waiting.get(key) === 'again') run(key)
    else waiting.delete(key)
  }
  const run = (key: string): void => {
    waiting.set(key, 'quiet')
    act(key)
    setTimeout(open, ms, key)
  }
  return (key) => {
    if (waiting.has(key)) waiting.set(key, 'again')
    else run(key)
  }
}
