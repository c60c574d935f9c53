import { idleBlock } from '@sluice/core/rollout'
import type { Action, Facts, Recorded, RecordedDecision } from '@sluice/core/rollout'
import type { Block } from '@sluice/core/statistics'
import { z } from 'zod'
import { decisionSchema } from './rollout.ts'
import type { DecisionEvent } from './rollout.ts'

/** Values of the engine, as it has them: `core/rollout` says what they are. */
const engineValue = z.looseObject({})

/** One thing that the engine was told, and the decision that the log has of it. */
export const recordedStepSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('block'),
      attempt: z.int(),
      index: z.int(),
      facts: engineValue,
      /** Null: nothing came in and nothing came due. */
      block: engineValue.nullable(),
      intact: z.boolean().describe('False when it is not what was sealed.'),
      decision: decisionSchema.nullable(),
    }),
    z.strictObject({
      kind: z.literal('action'),
      action: engineValue,
      nowMs: z.number(),
      decision: decisionSchema,
    }),
  ])
  .meta({ id: 'RecordedStep' })

/** A page of a rollout's record: enough to run its decisions again. The last page says where it stands. */
export const recordingSchema = z
  .strictObject({
    engine: z.int().nullable().describe('Version of the engine that was told; null: nothing is recorded.'),
    plan: engineValue,
    steps: z.array(recordedStepSchema),
    end: engineValue.optional(),
    next: z.string().optional(),
  })
  .meta({ id: 'Recording' })
export type Recording = z.infer<typeof recordingSchema>

/** A step of a recording as a replay takes it. */
export function recordedOf(step: Recording['steps'][number]): Recorded {
  if (step.kind === 'action')
    return {
      told: { kind: 'action', action: step.action as unknown as Action, nowMs: step.nowMs },
      decision: decisionOf(step.decision),
    }
  const block = step.block ? (step.block as unknown as Block) : idleBlock(step.index)
  const facts = step.facts as unknown as Facts
  return { told: { kind: 'block', block, facts }, decision: step.decision && decisionOf(step.decision) }
}

const decisionOf = ({ action, from, to, why, verdicts }: DecisionEvent): RecordedDecision => ({
  action: action as RecordedDecision['action'],
  from: Math.round(from * 1000),
  to: Math.round(to * 1000),
  why,
  verdicts: verdicts.map(({ guardrail, verdict, harm, safety }) => ({
    guardrail,
    verdict,
    harm: { logE: harm.logE },
    safety: { logE: safety.logE },
  })),
})
