// The engine beside the server: the same core, fed with what is stored, by somebody who never crashes and keeps nothing in
// memory that was not committed.
import { ledgerSettings, positionOf, step } from '@sluice/core/rollout'
import type { Facts, Guardrail, Plan, RolloutState, Verdict } from '@sluice/core/rollout'
import { UnitLedger } from '@sluice/core/statistics'
import type { LedgerRow } from '@sluice/core/statistics'
import { digest } from './digest.ts'
import type { Moved, Observer } from './observer.ts'
import type { Reference } from './trace.ts'

/** What the server told the core when it sealed a block. */
export interface Asked {
  readonly block: number
  readonly facts: Facts
}

const severity = ['hold', 'step-back', 'rollback'] as const

export class ReferenceEngine {
  readonly #observer: Observer
  readonly #ledgers = new Map<string, { readonly attempt: number; readonly ledger: UnitLedger; seq: number }>()

  constructor(observer: Observer) {
    this.#observer = observer
  }

  /** What the sealing that led to this commit should have come to; null when it was no sealing. */
  judge({ seen, plan, before, after, sealedSeq }: Moved, asked: Asked | undefined): Reference | null {
    if (!before || before.stage < 0 || !asked || !sealed(before, after)) {
      // A start, or a person: rows up to here were sealed before, or belong to nobody.
      const kept = this.#ledgers.get(seen.id)
      if (kept?.attempt !== after.attempt)
        this.#ledgers.set(seen.id, {
          attempt: after.attempt,
          ledger: new UnitLedger(ledgerSettings(plan, after)),
          seq: sealedSeq,
        })
      return null
    }
    const kept = this.#ledgers.get(seen.id)
    if (!kept || kept.attempt !== before.attempt) return null
    const rows = this.#rows(seen.id, kept.seq, sealedSeq, before)
    kept.seq = sealedSeq
    const block = kept.ledger.seal(rows, positionOf(before, asked.block))
    const { decision, verdicts } = step(plan, before, block, asked.facts)
    return {
      rollout: seen.id,
      fromBlock: before.block,
      block: asked.block,
      flagEnabled: asked.facts.flagEnabled,
      digest: digest(JSON.stringify(decision.next)),
      breach: worstBreach(plan, before, verdicts),
      obstacles: obstacles(plan, before, verdicts),
      rows: block.rows,
    }
  }

  #rows(rollout: string, from: number, to: number, { attempt, visit }: RolloutState): LedgerRow[] {
    return this.#observer.rowsBetween(rollout, from, to).flatMap((row): LedgerRow[] => {
      const counts = row['status'] === 'evidence' && row['attempt'] === attempt && row['visit'] === visit
      if (!counts || row['arm'] === null || row['unit'] === null) return []
      const metrics = JSON.parse(String(row['metrics'])) as Record<string, number>
      return [{ unit: String(row['unit']), arm: row['arm'] as 'T' | 'C', atMs: Number(row['at']), metrics }]
    })
  }
}

/** A block is sealed when the next one moves on; a new attempt counts them anew. */
const sealed = (before: RolloutState, after: RolloutState): boolean =>
  after.attempt === before.attempt && after.block > before.block

const acts = ({ stages }: Guardrail, stage: number): boolean => stages === null || stages.includes(stage)

function worstBreach(plan: Plan, state: RolloutState, verdicts: readonly Verdict[]): Reference['breach'] {
  const breaches = new Set(
    plan.guardrails.flatMap((guardrail, i) => {
      const verdict = verdicts[i]
      const counts = verdict?.verdict === 'fail' && !verdict.shared && acts(guardrail, state.stage)
      return counts && guardrail.onBreach !== 'notify' ? [guardrail.onBreach] : []
    }),
  )
  return severity.findLast((name) => breaches.has(name)) ?? null
}

function obstacles(plan: Plan, state: RolloutState, verdicts: readonly Verdict[]): string[] {
  return plan.guardrails.flatMap((guardrail, i) => {
    const verdict = verdicts[i]
    if (!verdict || guardrail.onBreach === 'notify' || !acts(guardrail, state.stage)) return []
    const sides = guardrail.compare === 'ratio' ? [verdict.candidate, verdict.baseline] : [verdict.candidate]
    const isUnseen = sides.some(({ units }) => units === 0)
    const needsProof = plan.advance === 'proof' || guardrail.window !== undefined
    const isUnproven = needsProof && verdict.verdict === 'measuring'
    const isBad = verdict.verdict === 'no_data' || verdict.verdict === 'warn' || verdict.shared
    if (isBad) return [`${guardrail.id}: ${verdict.verdict}`]
    return isUnseen && verdict.verdict !== 'pass'
      ? [`${guardrail.id}: unseen`]
      : isUnproven
        ? [`${guardrail.id}: unproven`]
        : []
  })
}
