import { expect, test } from 'vitest'
import { sampleRollout, sampleVerdict } from '../testing/sample-rollout.ts'
import { announcement, tabTitle } from './announcements.ts'

test('a rollback interrupts, with its reason', () => {
  const after = sampleRollout({ state: 'rolled_back', why: { code: 'X', sentence: 'errors 3.7x the baseline' } })
  expect(announcement(sampleRollout(), after)).toEqual({
    urgency: 'assertive',
    text: 'chat-model rolled back: errors 3.7x the baseline',
  })
})

test('a changed verdict is said politely', () => {
  const after = sampleRollout({ verdicts: [sampleVerdict({ verdict: 'warn' })] })
  expect(announcement(sampleRollout(), after)).toEqual({ urgency: 'polite', text: 'errors: warning' })
})

test('new evidence without a new verdict is silent', () => {
  const after = sampleRollout({ verdicts: [sampleVerdict({ estimate: 1.4 })] })
  expect(announcement(sampleRollout(), after)).toBeNull()
})

test('another rollout on the same page is no change of this one', () => {
  expect(announcement(sampleRollout(), sampleRollout({ id: 'ro_2', state: 'held' }))).toBeNull()
})

test('the title begins with mark and word', () => {
  expect(tabTitle(sampleRollout({ state: 'rolled_back' }))).toBe('▼ rolled back: chat-model')
  expect(tabTitle(sampleRollout()).replaceAll('\u00a0', ' ')).toBe('● running 10 %: chat-model')
})
