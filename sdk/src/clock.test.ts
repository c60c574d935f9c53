import { expect, test } from 'vitest'
import { createClock } from './clock.ts'

test('a clock of the host’s is followed, for durations too, unless it gives no time', () => {
  const clock = createClock(() => 5000)
  expect([clock.now(), clock.elapsed()]).toEqual([5000, 5000])
  const broken = (): number => {
    throw new Error('broken')
  }
  for (const now of [broken, () => Number.NaN, () => 1e300, () => 'soon' as never])
    expect(Math.abs(createClock(now).now() - Date.now())).toBeLessThan(60_000)
})
