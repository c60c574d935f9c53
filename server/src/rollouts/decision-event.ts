import type { DecisionEvent, RolloutVerdict } from '@sluice/contract'
import type { Action, Decision } from '@sluice/core/rollout'
import type { Actor, EventInput, StoredEvent } from '../events/event.ts'
import type { RolloutRecord } from './rollout-record.ts'

/** What a rollout's event keeps as evidence: where it stood, and the verdicts the decision rests on. */
interface DecisionEvidence {
  readonly flag: string
  readonly attempt: number
  readonly stage: number
  readonly block: number
  readonly verdicts: readonly RolloutVerdict[]
  /** Of a note: the one that it takes the place of. */
  readonly replaces?: string
  readonly input?: RecordedInput
}

/** What was decided on, for a replay: a sealed block by its hash, or an action at the block that came next. */
export type RecordedInput =
  | { readonly kind: 'block'; readonly attempt: number; readonly index: number; readonly hash: string }
  | {
      readonly kind: 'action'
      readonly attempt: number
      readonly index: number
      readonly action: Action
      readonly nowMs: number
      /** Of the engine that it was told to. */
      readonly engine: number
    }

export interface Told {
  readonly actor: Actor
  readonly reason: string | null
  readonly verdicts: readonly RolloutVerdict[]
  readonly replaces?: string
  readonly input?: RecordedInput
}

/** The one event of a step, for the log. Shares are percent as text. */
export function decisionEvent(
  record: RolloutRecord,
  { effects, why }: Decision,
  { actor, reason, verdicts, replaces, input }: Told,
): EventInput {
  const recorded = effects.find((effect) => effect.effect === 'record')
  const { attempt, stage, block } = record.state
  const evidence: DecisionEvidence = {
    flag: record.flag,
    attempt,
    stage,
    block,
    verdicts,
    ...(replaces === undefined ? {} : { replaces }),
    ...(input === undefined ? {} : { input }),
  }
  return {
    actor,
    subject: { kind: 'rollout', id: record.id },
    action: recorded?.action ?? 'note',
    from: String((recorded?.from ?? record.state.sharePer100k) / 1000),
    to: String((recorded?.to ?? record.state.sharePer100k) / 1000),
    why,
    reason,
    evidence,
  }
}

/** The same event as decisions, history and report show it. */
export function readDecision(event: StoredEvent): DecisionEvent {
  const { flag, attempt, stage, block, verdicts } = event.evidence as DecisionEvidence
  return {
    id: event.id,
    seq: event.seq,
    at: new Date(event.atMs).toISOString(),
    rollout: event.subject.id,
    flag,
    actor: event.actor,
    action: event.action,
    from: Number(event.from),
    to: Number(event.to),
    stage,
    attempt,
    block,
    why: event.why ?? { code: 'NONE', sentence: '' },
    reason: event.reason,
    verdicts: [...verdicts],
    revision: event.revision ?? 0,
  }
}

/** What an event was decided on; undefined for notes, and for what was recorded before replays were kept. */
export const recordedInput = (event: StoredEvent): RecordedInput | undefined =>
  (event.evidence as Partial<DecisionEvidence> | null)?.input
