/**
 * Milliseconds before the next attempt to connect: half a second doubling to 15 s, with the upper half of each span at
 * random, so that consoles that lost one server do not all come back at one instant.
 */
export function backOffMs(failures: number, random: number): number {
  const span = Math.min(15_000, 500 * 2 ** Math.min(failures - 1, 10))
  return Math.round(span / 2 + (span / 2) * random)
}
