import { describe, expect, test } from 'vitest'
import { plan, stage } from '../../testing/short-plan.ts'
import { UnitLedger } from '../statistics/index.ts'
import { act, draft, ledgerSettings, percentText, positionOf, standing, step } from './index.ts'
import type { Decision } from './index.ts'

describe('people', () => {
  const facts = { nowMs: 1000, flagEnabled: true, sampleRatioHolds: true }
  const started = () => {
    const decision = act(plan(), draft, { action: 'start', reason: 'go' }, 0)
    if ('refused' in decision) throw new Error(decision.refused)
    return decision.next
  }
  const done = (state: ReturnType<typeof started>, action: Parameters<typeof act>[2]) => {
    const decision = act(plan(), state, action, 1000)
    return 'refused' in decision ? decision.refused : decision
  }

  test('start opens the first stage', () => {
    expect([started().sharePer100k, standing(plan(), started(), facts).phase]).toEqual([1000, 'running'])
  })

  test('a hold stays until a person resumes', () => {
    const held = done(started(), { action: 'hold', reason: 'lunch' })
    if (typeof held === 'string') throw new Error(held)
    expect(standing(plan(), held.next, facts).why).toEqual({
      code: 'HELD_PERSON',
      sentence: 'Held at 1 %: a person holds it: lunch.',
    })
    const resumed = done(held.next, { action: 'resume', reason: '' })
    expect(typeof resumed === 'string' ? resumed : resumed.next.stoppedBy).toBeNull()
  })

  test('a resume opens no stage on what was seen before the hold', () => {
    const short = plan({ stages: [stage(10, 20_000), stage(100)] })
    const ledger = new UnitLedger(ledgerSettings(short))
    let state = act(short, draft, { action: 'start', reason: '' }, 0) as Decision
    const pass = (blocks: number, isSilent: boolean): number => {
      for (let i = 0; i < blocks; i++) {
        const index = state.next.block
        const rows = (['T', 'C'] as const).map((arm) => ({
          unit: `${arm}${index}`,
          arm,
          atMs: index * 10_000,
          metrics: { error: 0 },
        }))
        const block = ledger.seal(isSilent ? [] : rows, positionOf(state.next, index))
        state = step(short, state.next, block, { ...facts, nowMs: (index + 1) * 10_000 }).decision
      }
      return state.next.sharePer100k
    }
    const does = (action: 'hold' | 'resume'): Decision =>
      act(short, state.next, { action, reason: '' }, state.next.block * 10_000) as Decision
    pass(1, false)
    state = does('hold')
    pass(20, true)
    state = does('resume')
    expect(pass(2, true)).toBe(10_000)
    expect(pass(1, false)).toBe(95_000)
  })

  test('a rollback to 0 is final, one above 0 holds there', () => {
    const opened = done(started(), { action: 'proceed', reason: 'sure' })
    if (typeof opened === 'string') throw new Error(opened)
    expect(opened.next.sharePer100k).toBe(10_000)
    const lowered = done(opened.next, { action: 'rollback', reason: '', to: 1000 })
    if (typeof lowered === 'string') throw new Error(lowered)
    expect([lowered.next.sharePer100k, lowered.next.ended, lowered.next.stoppedBy?.by]).toEqual([1000, null, 'person'])
    const closed = done(lowered.next, { action: 'rollback', reason: '', to: 0 })
    if (typeof closed === 'string') throw new Error(closed)
    for (const action of ['start', 'resume', 'proceed', 'hold'] as const)
      expect(done(closed.next, { action, reason: '' })).toMatch(/It is rolled back already/)
  })

  test('who took the share over is not told that nobody has the candidate', () => {
    const taken = done(started(), { action: 'takeover', reason: '', to: 33_000 })
    if (typeof taken === 'string') throw new Error(taken)
    expect(done(taken.next, { action: 'rollback', reason: '', to: 0 })).toBe(
      "It is superseded already: a person took the share over. Lower that of the flag's rule itself.",
    )
  })

  test('nobody proceeds past a breach', () => {
    const breached = { ...started(), stoppedBy: { by: 'breach' as const, sentence: 'errors 5x', atMs: 0 } }
    expect(done(breached, { action: 'proceed', reason: 'trust me' })).toMatch(/^Not past a breach: errors 5x/)
  })

  test('nor by way of a rollback in part: the breach stays until a resume begins a new attempt', () => {
    const stoppedBy = { by: 'breach' as const, sentence: 'errors 5x', atMs: 0 }
    const breached = { ...started(), sharePer100k: 50_000, stage: 2, stoppedBy }
    const lowered = done(breached, { action: 'rollback', reason: 'less', to: 2000 })
    if (typeof lowered === 'string') throw new Error(lowered)
    expect(lowered.why).toEqual({ code: 'PERSON', sentence: 'A person rolled back to 2 %: less' })
    expect(lowered.next.sharePer100k).toBe(2000)
    expect(done(lowered.next, { action: 'proceed', reason: '' })).toMatch(
      /^Not past a breach: A person .*\(errors 5x\)/,
    )
    const resumed = done(lowered.next, { action: 'resume', reason: '' })
    if (typeof resumed === 'string') throw new Error(resumed)
    expect([resumed.next.attempt, resumed.next.stoppedBy]).toEqual([2, null])
  })

  test('are told of a share whose users fit it whenever those of an earlier one did not', () => {
    const sampleRatio = { past: 50, units: { T: 0, C: 0 } }
    const sentence = (units: { T: number; C: number }) =>
      standing(plan(), { ...started(), sampleRatio: { ...sampleRatio, units } }, facts).why.sentence
    expect(sentence({ T: 0, C: 0 })).toMatch(
      /^Held at 1 %: the users of an earlier share of this attempt did not fit it/,
    )
    expect(sentence({ T: 900, C: 100 })).toMatch(/^Held at 1 %: 900 candidate and 100 baseline users do not fit 1 %/)
  })

  test('read a share to its last step', () => {
    expect([1, 33_333, 99_999, 50_000].map(percentText)).toEqual(['0.001 %', '33.333 %', '99.999 %', '50 %'])
  })

  test('a clock that was set back holds the rollout, and is named', () => {
    const state = { ...started(), visitStartedMs: 7_200_000 }
    expect(standing(plan(), state, { ...facts, nowMs: 7_200_001 }).phase).toBe('running')
    expect(standing(plan(), state, { ...facts, nowMs: 3_600_000 })).toMatchObject({
      phase: 'held',
      why: { code: 'HELD_CLOCK', sentence: expect.stringMatching(/set back: this share was set at 02:00:00 UTC/) },
    })
  })

  test('a switched-off flag holds the rollout', () => {
    expect(standing(plan(), started(), { ...facts, flagEnabled: false }).waitingFor[0]?.code).toBe('killed')
  })
})
