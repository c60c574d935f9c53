import type { Alert, Rollout, RolloutVerdict } from '@sluice/contract'

/** Something that people should know, for as long as it is so. */
export type AlertCause = Pick<Alert, 'cause' | 'severity' | 'message' | 'action' | 'runbook' | 'evidence'>

const noFigures = { runbook: null, evidence: null } as const

/** What is wrong with a rollout as it stands. The same state always gives the same causes. */
export function causesOf(rollout: Rollout): readonly AlertCause[] {
  const { flag, state, sampleRatio, verdicts, why } = rollout
  if (state === 'draft' || state === 'superseded') return []
  const causes = verdicts.flatMap((verdict) => causeOfVerdict(rollout, verdict))
  // One silence, however many guardrails wait for it.
  const silence = verdicts.find(({ verdict }) => verdict === 'no_data')
  if (silence && state !== 'rolled_back')
    causes.push({
      ...noFigures,
      cause: 'no-data',
      severity: 'WARNING',
      message: `${flag}: ${silence.sentence}`,
      action:
        'Check that the application runs and reports: the Connect page lists its instances, sluice doctor tells more.',
    })
  if (sampleRatio.verdict === 'mismatch')
    causes.push({
      ...noFigures,
      cause: 'sample-ratio',
      severity: 'WARNING',
      message: `${flag}: the arms are not of the size that was drawn: ${sampleRatio.sentence}.`,
      action: 'Find the instances or SDK versions that lose or double the rows of one side.',
    })
  if (state === 'awaiting_decision')
    causes.push({
      ...noFigures,
      cause: 'decision',
      severity: 'INFO',
      message: `${flag}: ${why.sentence}`,
      action: `Look at the evidence, then: sluice rollout proceed ${flag} --env ${rollout.environment}`,
    })
  return causes
}

function causeOfVerdict(rollout: Rollout, found: RolloutVerdict): AlertCause[] {
  const { guardrail, metric, stat, verdict, onBreach, sentence, estimate, limit, candidate } = found
  if (verdict !== 'fail' && verdict !== 'warn') return []
  const name = stat === 'rate' ? `${metric.replaceAll('_', ' ')} rate` : `${stat} ${metric.replaceAll('_', ' ')}`
  const breached = verdict === 'fail'
  const planned = rollout.plan.guardrails.find(({ id }) => id === guardrail)
  return [
    {
      cause: `${breached ? 'breach' : 'warning'}:${guardrail}`,
      severity: breached && onBreach !== 'notify' ? 'CRITICAL' : 'WARNING',
      message: `${rollout.flag}, ${name}: ${sentence}`,
      action: `${whatToLookAt(metric, planned?.where)} ${howToLower(rollout)}`,
      runbook: planned?.runbook ?? null,
      evidence: { metric, value: estimate, limit, n: candidate.units },
    },
  ]
}

const diagnoses: readonly (readonly [RegExp, string])[] = [
  [
    /unknown_model|not_found/,
    'See whether the model is in the catalogue and active, and which variant names it: sluice model get ID.',
  ],
  [/rate_limited/, "Compare the provider's limits with the calls a minute; slow down, pay, or name another model."],
  [/pricing|cost_deviation/, 'Compare the prices in the catalogue with those before: sluice model shadow.'],
  [/_ms$/, 'Investigate latency causes: provider, size of the input, number of items in a call, retries, rate limits.'],
  [
    /token|^cost/,
    'Verify that calls are batched and cached as planned: one item a call saves nothing. Compare tokens per call by model.',
  ],
  [/complaint|quality/, 'Read what people wrote, and compare the answers of both variants.'],
  [
    /^error|^fallback/,
    'See which model or kind of error fails and since when (sluice metrics summary); check keys and rate limits.',
  ],
]

/** The diagnosis that people begin with, by what went wrong. */
function whatToLookAt(metric: string, where = ''): string {
  const [, text] = diagnoses.find(([pattern]) => pattern.test(where) || pattern.test(metric)) ?? []
  return text ?? 'Review recent changes.'
}

function howToLower({ state, flag, environment }: Rollout): string {
  if (state === 'rolled_back') return 'It is rolled back: write down the cause and the fix before the next attempt.'
  return `To go back: sluice rollout rollback ${flag} --env ${environment}`
}
