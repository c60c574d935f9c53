import { planInputSchema, toPlan } from '@sluice/contract'
import { previewPlan } from '@sluice/core/planning'
import { expect, test } from 'vitest'
import { faultsOf, firstSketch, planFileOf, planOf, readSketch, trafficOf, writeSketch } from './sketch.ts'
import type { GuardKind, Sketch } from './sketch.ts'

const kinds: readonly GuardKind[] = ['error-ratio', 'error-over', 'p95-ratio', 'mean-ratio', 'p95-over']
const everyKind: Sketch = {
  ...firstSketch,
  advance: 'proof',
  block: '10m',
  stages: [
    { percent: 0.5, time: 90, unit: 'minutes' },
    { percent: 40, time: 1.5, unit: 'days' },
    { percent: 94.999, time: 0.12345, unit: 'hours' },
    { percent: 100, time: 1, unit: 'hours' },
  ],
  guards: kinds.map((kind, i) => ({ kind, limit: 3 + i, safe: 2.9, onBreach: 'hold' })),
}

test.each([firstSketch, everyKind])('the file of a sketch is the plan that the page works with', (sketch) => {
  const input = planInputSchema.parse(planFileOf(sketch))
  const { plan, problems } = toPlan(input, { variants: ['on', 'off'], off: 'off', traffic: null })
  expect(problems).toEqual([])
  const shown = planOf(sketch)
  const withoutIds = (all: typeof plan.guardrails) => all.map((guardrail) => ({ ...guardrail, id: '' }))
  expect(plan.stages).toEqual(shown.stages)
  expect(withoutIds(plan.guardrails)).toEqual(withoutIds(shown.guardrails))
  expect([plan.advance, plan.blockMs, plan.timeoutMs]).toEqual([shown.advance, shown.blockMs, shown.timeoutMs])
})

test('what the page shows first has something to say', () => {
  expect(faultsOf(firstSketch)).toEqual([])
  const { findings, stages } = previewPlan(planOf(firstSketch), trafficOf(firstSketch))
  expect(findings.map(({ code }) => code)).toContain('blind')
  expect(stages.every(({ outlooks }) => outlooks.every(({ unknown }) => unknown === null))).toBe(true)
})

test('a sketch travels in an address, and an address that is none gives the first one', () => {
  expect(readSketch(`#${writeSketch(everyKind)}`)).toEqual(everyKind)
  const { block, ...older } = everyKind
  expect(readSketch(`#${writeSketch(older as Sketch)}`)).toEqual({ ...everyKind, block: '10s' })
  expect(readSketch(`#${writeSketch({ ...everyKind, block: 'toString' as typeof block })}`)).toBe(firstSketch)
  const broken = { ...everyKind, guards: [{ kind: '__proto__', limit: 1, safe: 1, onBreach: 'hold' }] }
  for (const hash of ['', '#', '#%', '#{}', '#null', `#${writeSketch(broken as unknown as Sketch)}`, '#{"stages":[]}'])
    expect(readSketch(hash)).toBe(firstSketch)
})

test('figures that cannot be are named', () => {
  const faults = faultsOf({
    ...everyKind,
    unitsPerDay: 0,
    failing: 101,
    p95Ms: 10,
    stages: [{ percent: 101, time: -1, unit: 'days' }],
    guards: [{ kind: 'error-over', limit: 120, safe: 130, onBreach: 'hold' }],
  })
  expect(faults).toHaveLength(7)
  const stagesOf = (percent: number, time: number) =>
    faultsOf({ ...everyKind, stages: [{ percent, time, unit: 'days' }] })
  expect(stagesOf(33.3333, 1)).toEqual([expect.stringMatching(/three decimals/)])
  expect(stagesOf(33.333, 3651)).toEqual([expect.stringMatching(/ten years/)])
  expect(stagesOf(0.001, 3650)).toEqual([])
})
