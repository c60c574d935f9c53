import { murmur3 } from '@sluice/core/evaluation'
import type { Scenario } from './scenario.ts'
import type { TraceCall } from './trace.ts'

/** What the simulated assistant answered to one call. */
export interface Answer {
  readonly error: 0 | 1
  readonly latencyMs: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly quality: number
}

/** A number in [0, 1) that depends on the call and the purpose alone, so that a seed gives the same demo at any speed. */
const draw = (seed: number, call: number, purpose: string): number => murmur3(`${purpose}:${call}`, seed) / 2 ** 32

/** A normal deviate (Box, Muller 1958). */
function normal(seed: number, call: number, purpose: string): number {
  const radius = Math.sqrt(-2 * Math.log(1 - draw(seed, call, `${purpose}-radius`)))
  return radius * Math.cos(2 * Math.PI * draw(seed, call, `${purpose}-angle`))
}

const users = 10_000
const failureRate = 0.02

export const userOf = (seed: number, call: number): string =>
  `user_${String((murmur3(String(call), seed) % users) + 1).padStart(5, '0')}`

/**
 * Two language models behind one assistant. The baseline is unlimited. The candidate is faster, and its provider grants so
 * many tokens a minute: a bucket of that size which refills evenly; calls it cannot pay for are refused at once.
 */
export class Provider {
  readonly #scenario: Scenario
  readonly #seed: number
  #tokens: number
  #filledMs = 0

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario
    this.#seed = seed
    this.#tokens = scenario.quotaPerMinute
  }

  /** Answers call number `index`; calls of the candidate must come in the order of their time. */
  answer(arm: 'T' | 'C', index: number, call: TraceCall): Answer {
    const candidate = arm === 'T'
    const { inputTokens } = call
    const outputTokens = candidate ? Math.round(call.outputTokens * this.#scenario.outputFactor) : call.outputTokens
    const refused = candidate && !this.#pay(call.atMs, inputTokens + outputTokens)
    if (refused) return { error: 1, latencyMs: 40, inputTokens: 0, outputTokens: 0, quality: 0 }
    const seconds = candidate
      ? 0.2 + inputTokens / 12_000 + outputTokens / 120
      : 0.25 + inputTokens / 8000 + outputTokens / 90
    const latencyMs = Math.round(seconds * 1000 * Math.exp(0.25 * normal(this.#seed, index, 'latency')))
    const error = draw(this.#seed, index, 'failure') < failureRate ? 1 : 0
    const mean = candidate ? this.#scenario.quality : 0.8
    const quality = Math.min(1, Math.max(0, mean + 0.1 * normal(this.#seed, index, 'quality')))
    return { error, latencyMs, inputTokens, outputTokens, quality: Number(quality.toFixed(6)) }
  }

  #pay(atMs: number, tokens: number): boolean {
    const { quotaPerMinute } = this.#scenario
    this.#tokens = Math.min(quotaPerMinute, this.#tokens + (quotaPerMinute * (atMs - this.#filledMs)) / 60_000)
    this.#filledMs = atMs
    if (tokens > this.#tokens) return false
    this.#tokens -= tokens
    return true
  }
}
