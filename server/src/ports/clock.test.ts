import { describe, expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'
import { manualClock } from './manual-clock.ts'

describe('a manual clock', () => {
  test('fires what falls due on the way, in the order of the instants, with the time of each', async () => {
    const clock = manualClock(0)
    const seen: [string, number][] = []
    clock.schedule(30, () => void seen.push(['third', clock.now()]))
    clock.schedule(10, () => void seen.push(['first', clock.now()]))
    clock.schedule(10, () => void seen.push(['second', clock.now()]))
    clock.schedule(31, () => void seen.push(['later', clock.now()]))
    await clock.advance(30)
    expect(seen).toEqual([
      ['first', 10],
      ['second', 10],
      ['third', 30],
    ])
    expect(clock.now()).toBe(30)
  })

  test('fires what a callback schedules within the same advance, and awaits it', async () => {
    const clock = manualClock(0)
    const seen: number[] = []
    const tick = async (): Promise<void> => {
      await Promise.resolve()
      seen.push(clock.now())
      clock.schedule(clock.now() + 10, tick)
    }
    clock.schedule(10, tick)
    await clock.advanceTo(35)
    expect(seen).toEqual([10, 20, 30])
  })

  test('leaves out what was cancelled', async () => {
    const clock = manualClock(0)
    let fired = false
    clock.schedule(5, () => void (fired = true)).cancel()
    await clock.advance(10)
    expect(fired).toBe(false)
  })
})

test('the system clock calls a past instant at once, and a cancelled one never', async () => {
  const seen: string[] = []
  systemClock.schedule(Date.now() + 20, () => void seen.push('cancelled')).cancel()
  await new Promise<void>((resolve) => {
    systemClock.schedule(0, () => void seen.push('past'))
    systemClock.schedule(Date.now() + 40, resolve)
    // The clock's own timers do not keep a process alive; this one has to.
    setTimeout(() => {}, 1000).unref()
  })
  expect(seen).toEqual(['past'])
})

test('the system clock ends a wait in its time, though the hands are set back meanwhile', () => {
  vi.useFakeTimers()
  try {
    let fired = false
    systemClock.schedule(Date.now() + 10_000, () => void (fired = true))
    vi.advanceTimersByTime(4000)
    vi.setSystemTime(Date.now() - 3_600_000)
    vi.advanceTimersByTime(5999)
    expect(fired).toBe(false)
    vi.advanceTimersByTime(1)
    expect(fired).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})
