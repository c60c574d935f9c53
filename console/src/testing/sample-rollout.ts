import type { DecisionEvent, Rollout, RolloutVerdict } from '@sluice/contract'

/** A verdict for tests; name only what the test is about. */
export function sampleVerdict(over: Partial<RolloutVerdict> = {}): RolloutVerdict {
  return {
    guardrail: 'error-ratio',
    metric: 'error',
    stat: 'rate',
    label: 'errors',
    unit: '',
    compare: 'ratio',
    direction: 'over',
    limit: 1,
    safe: 2,
    onBreach: 'rollback',
    verdict: 'measuring',
    estimate: 1.2,
    interval: [0.7, 2.6],
    candidate: { units: 120, events: 3, value: 0.025, calls: 900 },
    baseline: { units: 1100, events: 22, value: 0.02, calls: 8000 },
    harm: { logE: 0, warnsAt: 3, breachesAt: 4.6 },
    safety: { logE: 1.5, provenAt: 3 },
    counting: 'unit',
    windows: null,
    shared: false,
    noDataSince: null,
    sentence: 'errors 1.2x the baseline',
    ...over,
  }
}

/** A running rollout for tests. */
export function sampleRollout(over: Partial<Rollout> = {}): Rollout {
  return {
    id: 'ro_1',
    environment: 'production',
    flag: 'chat-model',
    state: 'running',
    version: 3,
    attempt: 1,
    plan: {
      flag: 'chat-model',
      rule: 'rollout',
      candidate: 'on',
      baseline: 'off',
      reason: 'cheaper',
      block: '10s',
      timeout: '60s',
      advance: 'proof',
      after: [],
      checklist: [],
      afterWarning: '0s',
      maxDuration: null,
      stages: [],
      guardrails: [],
    },
    notes: [],
    stage: null,
    exposure: { set: 10, actual: 9.8, units: 120, calls: 900, baselineUnits: 1100, baselineCalls: 8000 },
    verdicts: [sampleVerdict()],
    armed: null,
    checklist: [],
    waitingFor: [],
    why: { code: 'RUNNING', sentence: 'measuring' },
    nextDecisionAt: null,
    sampleRatio: { verdict: 'ok', logBayesFactor: 0, sentence: '' },
    uncounted: { late: 0, mismatch: 0, withoutUnit: 0, public: 0 },
    createdAt: '2026-11-21T11:00:00.000Z',
    startedAt: '2026-11-21T11:00:00.000Z',
    endedAt: null,
    ...over,
  }
}

/** A decision of the engine for tests. */
export function sampleDecision(over: Partial<DecisionEvent> = {}): DecisionEvent {
  return {
    id: 'dec_1',
    seq: 1,
    at: '2026-11-21T11:00:00.000Z',
    rollout: 'ro_1',
    flag: 'chat-model',
    actor: { kind: 'engine', id: 'engine', name: 'engine' },
    action: 'proceed',
    from: 1,
    to: 10,
    stage: 1,
    attempt: 1,
    block: 6,
    why: { code: 'PROVEN', sentence: 'safety is proven' },
    reason: null,
    verdicts: [],
    revision: 7,
    ...over,
  }
}
