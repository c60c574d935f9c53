import { expect, test } from 'vitest'
import { sampleRollout } from '../testing/sample-rollout.ts'
import { countdown } from './countdown.ts'

const since = '2026-11-21T12:00:00.000Z'
const stage = { index: 1, count: 4, percent: 10, since, earliestAt: '2026-11-21T12:10:00.000Z' }
const at = (text: string): number => Date.parse(`2026-11-21T${text}.000Z`)
const plain = (text: string | undefined): string | undefined => text?.replaceAll('\u00a0', ' ')

test('counts down to the earliest instant and says that it is only that', () => {
  const shown = countdown(sampleRollout({ stage, nextDecisionAt: null }), at('12:04:00'))
  expect(plain(shown?.text)).toBe('in 6 m at the earliest')
  expect(shown?.passed).toBeCloseTo(0.4)
})

test('the next decision goes before the stage time', () => {
  const shown = countdown(sampleRollout({ stage, nextDecisionAt: '2026-11-21T12:20:00.000Z' }), at('12:10:00'))
  expect(shown?.passed).toBeCloseTo(0.5)
})

test('a met time promises nothing more', () => {
  expect(countdown(sampleRollout({ stage, nextDecisionAt: null }), at('12:30:00'))).toEqual({
    passed: 1,
    text: 'least time is over',
  })
})

test('without a stage, or after the end, there is nothing to count', () => {
  expect(countdown(sampleRollout({ stage: null }), at('12:00:00'))).toBeNull()
  expect(countdown(sampleRollout({ stage, endedAt: '2026-11-21T12:05:00.000Z' }), at('12:06:00'))).toBeNull()
})
