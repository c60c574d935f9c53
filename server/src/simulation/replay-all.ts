import { idleBlock, Replay } from '@sluice/core/rollout'
import type { Action, Difference, Facts, Plan, RecordedDecision, RolloutState, Told } from '@sluice/core/rollout'
import type { Block } from '@sluice/core/statistics'
import { SluiceError } from '@sluice/contract'
import type { DecisionEvent, Recording } from '@sluice/contract'
import type { Kysely } from 'kysely'
import type { Tables } from '../ports/database.ts'
import { readRecording } from '../rollouts/recording.ts'
import { listRollouts } from '../rollouts/rollout-store.ts'
import { environment } from './observer.ts'

type Step = Recording['steps'][number]

/** The first thing in each rollout that comes out otherwise when the engine is told the same again; null: nothing. */
export async function replayAll(
  db: Kysely<Tables>,
): Promise<readonly { readonly rollout: string; readonly steps: number; readonly difference: string | null }[]> {
  const found = []
  for (const record of await listRollouts(db, environment)) {
    if (record.state.stage < 0) continue
    const recording = await readRecording(record, db, null, 10_000).catch(unlessDeleted)
    if (!recording) continue
    const { steps, plan, end } = recording
    const replay = new Replay(plan as unknown as Plan)
    const wrong = steps.map((step) => wrongIn(step, replay)).find((text) => text !== null)
    const difference = wrong ?? textOf(replay.end(end as unknown as RolloutState))
    found.push({ rollout: record.id, steps: steps.length, difference })
  }
  return found
}

function unlessDeleted(error: unknown): null {
  if (error instanceof SluiceError && error.code === 'NOT_FOUND') return null
  throw error
}

function wrongIn(step: Step, replay: Replay): string | null {
  if (step.kind === 'block' && !step.intact) return `block ${step.attempt}.${step.index} is not what was sealed`
  return textOf(replay.next({ told: toldOf(step), decision: step.decision && decisionOf(step.decision) }))
}

function toldOf(step: Step): Told {
  if (step.kind === 'action') return { kind: 'action', action: step.action as unknown as Action, nowMs: step.nowMs }
  const block = step.block === null ? idleBlock(step.index) : (step.block as unknown as Block)
  return { kind: 'block', block, facts: step.facts as unknown as Facts }
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

const textOf = (difference: Difference | null): string | null => {
  if (!difference) return null
  const { step, what, recorded, replayed } = difference
  return `step ${step}: ${what} was ${JSON.stringify(recorded)}, is ${JSON.stringify(replayed)}`
}
