import type { Alert, Rollout, RolloutVerdict } from '@sluice/contract'

/** Something that people should know, for as long as it is so. */
export type AlertCause = Pick<Alert, 'cause' | 'severity' | 'message' | 'action'>

/** What is wrong with a rollout as it stands. The same state always gives the same causes. */
export function causesOf(rollout: Rollout): readonly AlertCause[] {
  const { flag, state, sampleRatio, verdicts, why } = rollout
  if (state === 'draft' || state === 'superseded') return []
  const causes = verdicts.flatMap((verdict) => causeOfVerdict(rollout, verdict))
  // One silence, however many guardrails wait for it.
  const silence = verdicts.find(({ verdict }) => verdict === 'no_data')
  if (silence && state !== 'rolled_back')
    causes.push({
      cause: 'no-data',
      severity: 'WARNING',
      message: `${flag}: ${silence.sentence}`,
      action:
        'Check that the application runs and reports: the Connect page lists its instances, sluice doctor tells more.',
    })
  if (sampleRatio.verdict === 'mismatch')
    causes.push({
      cause: 'sample-ratio',
      severity: 'WARNING',
      message: `${flag}: the arms are not of the size that was drawn: ${sampleRatio.sentence}.`,
      action: 'Find the instances or SDK versions that lose or double the rows of one side.',
    })
  if (state === 'awaiting_decision')
    causes.push({
      cause: 'decision',
      severity: 'INFO',
      message: `${flag}: ${why.sentence}`,
      action: `Look at the evidence, then: sluice rollout proceed ${flag} --env ${rollout.environment}`,
    })
  return causes
}

function causeOfVerdict(rollout: Rollout, { guardrail, metric, stat, verdict, onBreach, sentence }: RolloutVerdict) {
  if (verdict !== 'fail' && verdict !== 'warn') return []
  const name = stat === 'rate' ? `${metric.replaceAll('_', ' ')} rate` : `${stat} ${metric.replaceAll('_', ' ')}`
  const breached = verdict === 'fail'
  const cause: AlertCause = {
    cause: `${breached ? 'breach' : 'warning'}:${guardrail}`,
    severity: breached && onBreach !== 'notify' ? 'CRITICAL' : 'WARNING',
    message: `${rollout.flag}, ${name}: ${sentence}`,
    action: `${whatToLookAt(metric)} ${howToLower(rollout)}`,
  }
  return [cause]
}

/** The diagnosis that people begin with, by what went wrong. */
function whatToLookAt(metric: string): string {
  if (metric.endsWith('_ms')) return 'Investigate latency causes: provider, input size, retries.'
  if (metric.includes('token') || metric.startsWith('cost'))
    return 'Verify that calls are batched and cached as planned; compare tokens per call by model.'
  if (metric === 'error' || metric === 'fallback') return 'See which model or kind of error fails, and since when.'
  return 'Review recent changes.'
}

function howToLower({ state, flag, environment }: Rollout): string {
  if (state === 'rolled_back') return 'It is rolled back: write down the cause and the fix before the next attempt.'
  return `To go back: sluice rollout rollback ${flag} --env ${environment}`
}
