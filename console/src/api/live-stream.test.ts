import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type FrameName, type LiveStatus, openLiveStream, type Source } from './live-stream.ts'

class FakeSource implements Source {
  closed = false
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>()

  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(name, listener)
  }

  close(): void {
    this.closed = true
  }

  fire(name: string, data: unknown = null): void {
    this.#listeners.get(name)?.({ data: JSON.stringify(data) } as MessageEvent<string>)
  }
}

function start() {
  const sources: FakeSource[] = []
  const statuses: LiveStatus['kind'][] = []
  const received: [FrameName, unknown][] = []
  let returns = 0
  const stop = openLiveStream(
    () => {
      const source = new FakeSource()
      sources.push(source)
      return source
    },
    {
      onStatus: (status) => statuses.push(status.kind),
      onFrame: (name, data) => received.push([name, data]),
      onReturn: () => (returns += 1),
      onFailure: () => {},
    },
  )
  return { sources, statuses, received, stop, returns: () => returns }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('frames arrive parsed, under their names', () => {
  const { sources, received, statuses } = start()
  sources[0]?.fire('open')
  sources[0]?.fire('rollout', { id: 'ro_1' })
  expect(received).toEqual([['rollout', { id: 'ro_1' }]])
  expect(statuses).toEqual(['connecting', 'live'])
})

test('a lost stream is opened again, and what was missed is fetched once', () => {
  const { sources, statuses, returns } = start()
  sources[0]?.fire('open')
  sources[0]?.fire('error')
  expect(sources[0]?.closed).toBe(true)
  vi.advanceTimersByTime(500)
  expect(sources).toHaveLength(2)
  expect(returns()).toBe(0)
  sources[1]?.fire('open')
  expect(returns()).toBe(1)
  expect(statuses).toEqual(['connecting', 'live', 'reconnecting', 'live'])
})

test('silence of 45 s counts as a loss', () => {
  const { sources, statuses } = start()
  sources[0]?.fire('open')
  vi.advanceTimersByTime(44_000)
  sources[0]?.fire('ping', { revision: 7 })
  vi.advanceTimersByTime(44_000)
  expect(statuses.at(-1)).toBe('live')
  vi.advanceTimersByTime(1000)
  expect(statuses.at(-1)).toBe('reconnecting')
})

test('after stopping nothing is opened any more', () => {
  const { sources, stop, statuses } = start()
  sources[0]?.fire('error')
  stop()
  vi.advanceTimersByTime(60_000)
  expect(sources).toHaveLength(1)
  expect(statuses.at(-1)).toBe('closed')
})
