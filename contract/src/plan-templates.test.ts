import { describe, expect, test } from 'vitest'
import { planTemplates } from './plan-templates.ts'
import { planInputSchema } from './plan.ts'
import { fromPlan } from './from-plan.ts'
import { toPlan } from './to-plan.ts'

const context = { variants: ['on', 'off'], off: 'off', traffic: null }

describe.each(planTemplates)('the template $name', ({ name, plan }) => {
  test('can be run as it is', () => {
    const input = planInputSchema.parse({ flag: 'x', template: name })
    expect(toPlan(input, context).problems).toEqual([])
  })

  test('gives the stages it promises, and a plan that says so itself is the same', () => {
    const made = toPlan({ flag: 'x', template: name }, context).plan
    expect(made).toEqual(toPlan({ flag: 'x', ...plan }, context).plan)
    if (plan.stages)
      expect(fromPlan(made, '').stages?.map(({ percent }) => percent)).toEqual(
        plan.stages.map(({ percent }) => percent),
      )
  })
})

test('what a request says itself takes the place of the template', () => {
  const stages = [{ percent: 5, atLeast: '1h' }]
  const { plan } = toPlan({ flag: 'x', template: 'data-source', stages }, context)
  expect(fromPlan(plan, '').stages).toMatchObject([{ percent: 5, atLeast: '1h' }])
  expect(plan.guardrails.map(({ metric }) => metric)).toContain('fallback')
})

test('a template that is not there is named, with those that are', () => {
  const { problems } = toPlan({ flag: 'x', template: 'patchmode' }, context)
  expect(problems).toMatchObject([{ pointer: '/template', message: expect.stringContaining('execution-mode') }])
})
