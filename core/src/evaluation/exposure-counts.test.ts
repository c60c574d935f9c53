import { expect, test } from 'vitest'
import { ExposureCounts, compileFlagSet, evaluate } from './index.ts'
import type { Flag, Outcome } from './index.ts'

const flag: Flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'on' }
const outcomeOf = (): Outcome =>
  evaluate(compileFlagSet({ schema: 1, env: 'e', epoch: 'x', revision: 1, flags: { f: flag } }), 'f', {}, 0)

test('counts each outcome, and begins anew when it is drained', () => {
  const counts = new ExposureCounts()
  const [one, two] = [outcomeOf(), outcomeOf()]
  for (const outcome of [one, two, one, one]) counts.add(outcome)
  expect(counts.drain()).toEqual(
    expect.arrayContaining([
      { outcome: one, count: 3 },
      { outcome: two, count: 1 },
    ]),
  )
  expect(counts.drain()).toEqual([])
  counts.add(two)
  expect(counts.drain()).toEqual([{ outcome: two, count: 1 }])
})

test('loses nothing when two outcomes meet in one slot', () => {
  const counts = new ExposureCounts()
  const at = (slot: number, variant: string): Outcome => ({ ...outcomeOf(), variant, slot })
  const [one, two] = [at(70_000, 'one'), at(70_000, 'two')]
  for (const outcome of [one, two, two, one]) counts.add(outcome)
  const totals = new Map<string | null, number>()
  for (const { outcome, count } of counts.drain())
    totals.set(outcome.variant, (totals.get(outcome.variant) ?? 0) + count)
  expect([totals.get('one'), totals.get('two')]).toEqual([2, 2])
})
