import { describe, expect, test } from 'vitest'
import { fieldErrors, fromPlan, planInputSchema, toPlan, trafficInputSchema } from './index.ts'
import type { GuardrailInput } from './index.ts'

const context = { variants: ['on', 'off'], off: 'off', traffic: null }
const planned = (guardrail: GuardrailInput) =>
  toPlan(planInputSchema.parse({ flag: 'f', guardrails: [{ onBreach: 'rollback', ...guardrail }] }), context)
const problemsOf = (guardrail: GuardrailInput) => planned(guardrail).problems.map(({ pointer }) => pointer)

test.each([
  ['0s', true],
  ['1.5h', true],
  ['3650d', true],
  ['3651d', false],
  ['999999999d', false],
  ['-1h', false],
  ['1e9d', false],
  ['1h30m', false],
])('"%s" as a time is taken: %s', (atLeast, isTaken) => {
  const parsed = planInputSchema.safeParse({ flag: 'f', stages: [{ percent: 10, atLeast }] })
  expect(parsed.error?.issues[0]?.message ?? isTaken).toEqual(
    isTaken ? true : expect.stringMatching(/such as "10s".* ten years at most/),
  )
})

test('of models the id says whose calls are looked at; of outcomes a class does', () => {
  const at = (metric: string, where?: string) =>
    problemsOf({ metric, over: 0.1, ...(where === undefined ? {} : { where }) })
  expect([at('model', 'z-ai/glm-4.5-air:free'), at('error', 'rate_limited')]).toEqual([[], []])
  const wrong = ['/guardrails/0/where']
  expect([at('model'), at('error', 'openai:gpt-4o'), at('latency_ms', 'slow')]).toEqual([wrong, wrong, wrong])
})

test('a plan with too much or too little of something is told how much it may be', () => {
  const stages = Array.from({ length: 1000 }, (_, i) => ({ percent: (i + 1) / 10 }))
  const messagesOf = (plan: object) => {
    const { error } = planInputSchema.safeParse({ flag: 'f', ...plan })
    return error ? fieldErrors(error).errors.map(({ pointer, message }) => `${pointer}: ${message}`) : []
  }
  expect(messagesOf({ stages })).toEqual(['/stages: Expected at most 20 items.'])
  expect(messagesOf({ guardrails: [] })).toEqual(['/guardrails: Expected at least 1 item.'])
  expect(messagesOf({ reason: 'x'.repeat(501) })).toEqual(['/reason: Expected at most 500 characters.'])
  expect(messagesOf({ guardrails: [{ metric: 'error', ratioOver: 0 }] })).toEqual([
    '/guardrails/0/ratioOver: Expected more than 0.',
  ])
})

test('an amount that 5 of 100 exceed does not lie below the median', () => {
  const given = (p95: number) =>
    trafficInputSchema.safeParse({ unitsPerDay: 100, values: { latency_ms: { median: 800, p95 } } })
  expect(given(800).success).toBe(true)
  expect(given(799).error?.issues[0]).toMatchObject({ path: ['values', 'latency_ms', 'p95'] })
})

describe('a guardrail', () => {
  test('over windows gets the usual figures where it names none, and shows them', () => {
    const { plan, problems } = planned({ metric: 'error', over: 0.05, test: 'window' })
    expect(problems).toEqual([])
    expect(plan.guardrails[0]?.window).toEqual({ blocks: 30, breach: 2, of: 3, minSamples: 100, ceiling: null })
    expect(fromPlan(plan, '').guardrails?.[0]).toMatchObject({
      id: 'error-over-window',
      test: 'window',
      window: { length: '5m', breach: 2, of: 3, minSamples: 100, ceiling: null },
    })
  })

  test('may allow nothing at all as a plain threshold, not as evidence', () => {
    const none = { metric: 'cost_usd', stat: 'mean', over: 0 } as const
    expect(problemsOf({ ...none, test: 'window' })).toEqual([])
    expect(planned(none).problems[0]?.message).toMatch(/say test "window"/)
    expect(problemsOf({ ...none, over: -1, test: 'window' })).toEqual(['/guardrails/0/over'])
  })

  test('that counts one user in so many says so', () => {
    const noted = (unitsPerDay: number) =>
      toPlan({ flag: 'f' }, { ...context, traffic: { unitsPerDay, rates: {}, values: {} } }).notes.filter((note) =>
        note.includes('drawn by a hash'),
      )
    expect(noted(1000)).toEqual([])
    expect(noted(5_000_000)).toEqual([
      expect.stringMatching(
        /^One user in 256 \(all of them for the candidate's first stage\) counts, .* of 5000000 a day/,
      ),
    ])
  })

  test('as a plan shows it makes the same plan again', () => {
    const guardrails: GuardrailInput[] = [
      {
        metric: 'stuck',
        stat: 'count',
        over: 3,
        window: { length: '1h', breach: 1, of: 1, ceiling: 2 },
        onBreach: 'rollback',
      },
      { metric: 'tokens', stat: 'mean', per: 'patches', ratioOver: 0.8, onBreach: 'notify' },
      { metric: 'error', where: 'rate_limited', ratioOver: 1, counting: 'request' },
      { metric: 'fallback', ratioOver: 1, settle: 'timeout' },
      { metric: 'completed', under: 0.95, safeAbove: 0.99, onBreach: 'rollback' },
      { metric: 'completed', ratioOver: 1 },
    ]
    const { plan } = toPlan({ flag: 'f', guardrails }, context)
    const shown = planInputSchema.parse(fromPlan(plan, ''))
    const again = toPlan(shown, context)
    expect([again.plan, again.problems]).toEqual([plan, []])
  })

  test.each<[GuardrailInput, string[]]>([
    [{ metric: 'stuck', stat: 'count', over: 3 }, ['/guardrails/0/test']],
    [{ metric: 'stuck', stat: 'count', over: 3, test: 'window' }, []],
    [
      { metric: 'tickets', over: 3, test: 'window' },
      ['/guardrails/0/stat', '/stages/0', '/stages/1', '/stages/2', '/stages/3'],
    ],
    [
      { metric: 'latency_ms', stat: 'count', over: 3, test: 'window' },
      ['/guardrails/0/stat', '/stages/0', '/stages/1', '/stages/2', '/stages/3'],
    ],
    [{ metric: 'quality', stat: 'mean', under: 2 }, ['/guardrails/0/under']],
    [{ metric: 'quality', stat: 'mean', over: 1 }, ['/guardrails/0/over']],
    [{ metric: 'quality', stat: 'mean', under: 0.9 }, []],
    [{ metric: 'error', over: 0.05, window: { breach: 4, of: 3 } }, ['/guardrails/0/window/breach']],
    [{ metric: 'error', over: 0.05, window: { length: '1s' } }, ['/guardrails/0/window/length']],
    [{ metric: 'error', over: 0.05, test: 'evidence', window: {} }, ['/guardrails/0/window']],
    [{ metric: 'latency_ms', stat: 'mean', where: 'slow', ratioOver: 1 }, ['/guardrails/0/where']],
    [{ metric: 'error', per: 'patches', ratioOver: 1 }, ['/guardrails/0/per']],
    [{ metric: 'error', over: 0.05, test: 'window', counting: 'request' }, ['/guardrails/0/counting']],
    [{ metric: 'error', ratioOver: 1, settle: 'timeout' }, []],
    [{ metric: 'error', over: 0.05, settle: 'timeout' }, ['/guardrails/0/settle']],
    [{ metric: 'cost_usd', stat: 'mean', ratioOver: 1, settle: 'timeout' }, ['/guardrails/0/settle']],
  ])('%j has problems at %j', (guardrail, pointers) => {
    expect(problemsOf(guardrail)).toEqual(pointers)
  })
})
