import { startVisit, startEvidence, weigh } from '../src/rollout/evidence.ts'
import type { GuardrailEvidence } from '../src/rollout/evidence.ts'
import type { Guardrail } from '../src/rollout/index.ts'
import { harmClaim, safeClaim, weightsOf } from '../src/rollout/guardrail-test.ts'
import { logEvidence, startFamily } from '../src/statistics/index.ts'
import type { Block, LedgerRow, LedgerSettings, Position } from '../src/statistics/index.ts'
import type { WorldBlock } from './rate-world.ts'

export interface Sealer {
  seal(rows: readonly LedgerRow[], position: Position): Block
}

export const errorSettings: LedgerSettings = {
  metrics: [{ key: 'error', metric: 'error', where: null, per: null, kind: 'rate', failsOn: 1, counting: 'unit' }],
  settleBlocks: 4,
  maxUnits: 1_000_000,
  sampleBits: { T: 0, C: 0 },
}

export const errorRatio: Guardrail = {
  id: 'error-ratio',
  metric: 'error',
  stat: 'rate',
  compare: 'ratio',
  direction: 'over',
  limit: 1,
  safe: 2,
  onBreach: 'hold',
  noDataAfterBlocks: null,
  stages: null,
}

/** Evidence at the guardrail's own limit and safe line alone: what decides, without the grid that people see. */
export const bareEvidence = (guardrail: Guardrail): GuardrailEvidence => ({
  ...startEvidence(guardrail),
  harm: startFamily([guardrail.limit], weightsOf(guardrail, harmClaim(guardrail)), true),
  safe: startFamily([guardrail.safe], weightsOf(guardrail, safeClaim(guardrail)), false),
})

/** ln E of harm or of safety after each block of a world, counted by `ledger`. */
export function* weighed(
  purpose: 'harm' | 'safe',
  guardrail: Guardrail,
  blocks: Iterable<WorldBlock>,
  ledger: Sealer,
): Generator<number> {
  let evidence = bareEvidence(guardrail)
  let visit = 0
  let visitBlock = 0
  for (const { rows, position } of blocks) {
    if (position.visit !== visit) {
      evidence = startVisit(evidence, guardrail)
      visit = position.visit
      visitBlock = position.block
    }
    evidence = weigh(evidence, ledger.seal(rows, position), guardrail, visitBlock)
    yield logEvidence(evidence[purpose], 0)
  }
}
