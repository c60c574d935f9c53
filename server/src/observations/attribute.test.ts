import { describe, expect, test } from 'vitest'
import { readObservation } from '@sluice/contract'
import type { ReadObservation } from '@sluice/contract'
import { armOf } from '@sluice/core/evaluation'
import { act, draft } from '@sluice/core/rollout'
import type { Plan } from '@sluice/core/rollout'
import { visitsAfter } from '../rollouts/rollout-record.ts'
import { attribute } from './attribute.ts'

const plan: Plan = {
  flag: 'f',
  rule: 'rollout',
  candidate: 'on',
  baseline: 'off',
  blockMs: 1000,
  timeoutMs: 1000,
  advance: 'quiet',
  stages: [
    { sharePer100k: 10_000, holdbackPer100k: 0, atLeastMs: 0, gate: 'auto' },
    { sharePer100k: 50_000, holdbackPer100k: 0, atLeastMs: 0, gate: 'auto' },
  ],
  guardrails: [],
}
const startMs = Date.parse('2026-11-20T10:00:00Z')

/** A rollout in its second visit, which began ten seconds after the first. */
const record = (() => {
  const opened = act(plan, draft, { action: 'start', reason: '' }, startMs)
  if ('refused' in opened) throw new Error(opened.refused)
  const raised = act(plan, opened.next, { action: 'proceed', reason: '' }, startMs + 10_000)
  if ('refused' in raised) throw new Error(raised.refused)
  const state = raised.next
  return { plan, state, visits: visitsAfter(visitsAfter([], opened.next), state) } as never
})()

const sample = { share: 50_000, salt: 's' }
const flag = {
  enabled: true,
  variants: { on: true, off: false },
  off: 'off',
  serve: 'off',
  rules: [{ id: 'rollout', sample, serve: 'on' }],
  include: [{ unit: 'vip', variant: 'on' }],
}
const drawn = (arm: 'T' | 'C') =>
  Array.from({ length: 99 }, (_, i) => `u${i}`).find((unit) => armOf(sample, unit) === arm)

const judged = (over: Record<string, unknown>, isPublic = false, judgedFlag = flag) => {
  const given = { flag: 'f', variant: 'on', unit: drawn('T'), at: '2026-11-20T10:00:15Z', metrics: { error: 0 } }
  const { status, arm, visit } = attribute(
    readObservation({ ...given, ...over }) as ReadObservation,
    record,
    judgedFlag as never,
    isPublic,
  )
  return [status, arm, visit]
}

describe('a row is evidence', () => {
  test('of the visit at its time, when the sample gives its unit its variant', () => {
    expect(judged({})).toEqual(['evidence', 'T', 2])
    expect(judged({ variant: 'off', unit: drawn('C') })).toEqual(['evidence', 'C', 2])
  })

  test('never of the other side, of listed units, without a unit, of an old or unknown visit, or of a public key', () => {
    expect(judged({ unit: drawn('C') })).toEqual(['mismatch', 'T', 2])
    expect(judged({ unit: 'vip' })).toEqual(['mismatch', 'T', 2])
    expect(judged({ unit: undefined })).toEqual(['no_unit', 'T', 2])
    expect(judged({ at: '2026-11-20T10:00:05Z' })).toEqual(['late', 'T', 1])
    expect(judged({ attempt: 1, visit: 1 })).toEqual(['late', 'T', 1])
    expect(judged({ attempt: 1, visit: 7 })).toEqual(['late', 'T', null])
    expect(judged({}, true)).toEqual(['public', 'T', 2])
  })
})

test('a row of a flag that is switched off is evidence for neither side', () => {
  const off = { ...flag, enabled: false }
  expect(judged({ variant: 'off', unit: drawn('C') }, false, off)).toEqual(['mismatch', 'C', 2])
  expect(judged({}, false, off)).toEqual(['mismatch', 'T', 2])
  expect(judged({ unit: 'Zm9v', attempt: 1, visit: 2, arm: 'T' }, false, off)).toEqual(['mismatch', 'T', 2])
})

describe('a row of a hashed unit', () => {
  const hash = 'Zm9vYmFy'

  test('is evidence on the word of a secret key that names arm, attempt and visit', () => {
    expect(judged({ unit: hash, attempt: 1, visit: 2, arm: 'T' })).toEqual(['evidence', 'T', 2])
    expect(judged({ unit: hash, variant: 'off', attempt: 1, visit: 2, arm: 'C' })).toEqual(['evidence', 'C', 2])
  })

  test('is shown only when its arm is not that of its variant, its visit is over, or its key is public', () => {
    expect(judged({ unit: hash, attempt: 1, visit: 2, arm: 'C' })).toEqual(['mismatch', 'T', 2])
    expect(judged({ unit: hash, attempt: 1, visit: 1, arm: 'T' })).toEqual(['late', 'T', 1])
    expect(judged({ unit: hash, attempt: 2, visit: 2, arm: 'T' })).toEqual(['late', 'T', null])
    expect(judged({ unit: hash, attempt: 1, visit: 2, arm: 'T' }, true)).toEqual(['public', 'T', 2])
  })

  test('that does not say where it was evaluated is refused by name', () => {
    const row = { flag: 'f', variant: 'on', unit: hash, at: '2026-11-20T10:00:15Z', metrics: {} }
    expect(readObservation({ ...row, arm: 'T' })).toMatchObject({ pointer: '/arm' })
    expect(readObservation({ ...row, arm: 'A', attempt: 1, visit: 2 })).toMatchObject({ pointer: '/arm' })
  })
})
