import { armOf } from '@sluice/core/evaluation'
import { Provider, userOf } from './provider.ts'
import type { Scenario } from './scenario.ts'
import type { TraceCall } from './trace.ts'

/** The demo's rollout as a plan: the body of POST rollouts. */
export const demoPlan = {
  flag: 'chat-model',
  candidate: 'glm-4.5-air',
  baseline: 'gemma-3-27b',
  reason: 'GLM-4.5 Air is faster, and free',
  block: '10s',
  timeout: '30s',
  advance: 'quiet',
  stages: [
    { percent: 10, atLeast: '6m' },
    { percent: 50, atLeast: '25m' },
    { percent: 100, atLeast: '10m', holdback: 5 },
  ],
  guardrails: [
    { metric: 'error', ratioOver: 1, safeBelowRatio: 3, onBreach: 'rollback' },
    { metric: 'latency_ms', stat: 'p95', ratioOver: 1.5, onBreach: 'hold' },
    { metric: 'output_tokens', stat: 'mean', ratioOver: 0.9, onBreach: 'notify' },
    { metric: 'quality', stat: 'mean', ratioUnder: 0.95, onBreach: 'rollback' },
  ],
} as const

const minute = 60_000
const shareAt = (atMs: number): number => (atMs < 6 * minute ? 10_000 : 50_000)
const recordedFrom = Date.UTC(2023, 10, 16, 18, 15, 46, 680)

/**
 * The trace as a log of observations, one JSON line each, with the candidate at 10 % for six minutes and at 50 % from then
 * on: what somebody who rolled out by hand would have recorded.
 */
export function* recordObservations(trace: readonly TraceCall[], scenario: Scenario, seed: number): Generator<string> {
  const provider = new Provider(scenario, seed)
  for (const [index, call] of trace.entries()) {
    if (call.atMs > scenario.silentAfterMs) return
    const unit = userOf(seed, index)
    const arm = armOf({ share: shareAt(call.atMs), salt: `demo-${seed}` }, unit) ?? 'C'
    const { error, latencyMs, inputTokens, outputTokens, quality } = provider.answer(arm, index, call)
    const answered =
      error === 1 ? {} : { latency_ms: latencyMs, input_tokens: inputTokens, output_tokens: outputTokens, quality }
    yield JSON.stringify({
      flag: demoPlan.flag,
      variant: arm === 'T' ? demoPlan.candidate : demoPlan.baseline,
      unit,
      at: new Date(recordedFrom + call.atMs).toISOString(),
      metrics: { error, ...answered },
    })
  }
}
