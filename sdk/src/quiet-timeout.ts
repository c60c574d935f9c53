/** A timer that does not keep a process from ending, where there is such a thing as a process. */
export function quietTimeout(work: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(work, ms)
  // In browsers and on edge runtimes a timer is a number, which has nothing of the kind.
  timer.unref?.()
  return timer
}
