import { describe, expect, test } from 'vitest'
import { createTestClient } from './test-client.ts'

const user = { targetingKey: 'user_1' }
let nowMs = 0
const client = createTestClient({ chat: { variant: 'on', value: 'openai:new' } }, { now: () => nowMs })
const metricsOf = () => client.recorded().map(({ metrics }) => metrics)

describe('begin', () => {
  test('counts the start at once, and at the end what was measured', () => {
    const call = client.begin('chat', user)
    expect(call).toMatchObject({
      variant: 'on',
      value: 'openai:new',
      off: { variant: 'off', value: false },
      timeoutMs: null,
    })
    expect(metricsOf()).toEqual([{}])
    nowMs += 20
    call.firstToken()
    nowMs += 30
    call.firstToken()
    call.record({ output_tokens: 5, model: 'm' })
    call.succeed()
    call.fail()
    expect(metricsOf().slice(1)).toEqual([
      { time_to_first_token_ms: 20, output_tokens: 5, error: 0, fallback: 0, latency_ms: 50 },
    ])
    call.feedback({ complaint: 1 })
    expect(metricsOf().slice(2)).toEqual([{ complaint: 1 }])
  })

  test('counts a fallback as the failure it is, and an abort as nothing', () => {
    const before = client.recorded().length
    const call = client.begin('chat', user)
    call.fellBack(new Error('boom'))
    call.succeed()
    client.begin('chat', user).fail(new DOMException('stop', 'AbortError'))
    expect(metricsOf().slice(before)).toEqual([{}, { error: 1, fallback: 1 }, {}])
  })

  test('of an unknown flag counts nothing', () => {
    const before = client.recorded().length
    const call = client.begin('unheard-of', user)
    call.succeed()
    expect([call.variant, client.recorded().length]).toEqual([null, before])
  })
})
