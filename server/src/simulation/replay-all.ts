import { recordedOf, SluiceError } from '@sluice/contract'
import type { Recording } from '@sluice/contract'
import { Replay } from '@sluice/core/rollout'
import type { Difference, RolloutState } from '@sluice/core/rollout'
import type { Kysely } from 'kysely'
import type { Tables } from '../ports/database.ts'
import { readRecording } from '../rollouts/recording.ts'
import type { Place } from '../rollouts/recording.ts'
import type { RolloutRecord } from '../rollouts/rollout-record.ts'
import { listRollouts } from '../rollouts/rollout-store.ts'
import { environment } from './observer.ts'

const pageSize = 50

/** The first thing in each rollout that comes out otherwise when the engine is told the same again; null: nothing. */
export async function replayAll(
  db: Kysely<Tables>,
): Promise<readonly { readonly rollout: string; readonly difference: string | null }[]> {
  const found = []
  for (const record of await listRollouts(db, environment))
    if (record.state.stage >= 0) found.push({ rollout: record.id, difference: await replayOne(record, db) })
  return found
}

async function replayOne(record: RolloutRecord, db: Kysely<Tables>): Promise<string | null> {
  const replay = new Replay(record.plan)
  for (let after: Place | null = null; ;) {
    const page: Recording | null = await readRecording(record, db, after, pageSize).catch(nullIfDeleted)
    if (!page) return null
    for (const step of page.steps) {
      if (step.kind === 'block' && !step.intact) return `block ${step.attempt}.${step.index} is not what was sealed`
      const difference = replay.next(recordedOf(asSent(step)))
      if (difference) return textOf(difference)
    }
    if (page.next === undefined) return textOf(replay.end(asSent(page.end) as unknown as RolloutState))
    const [attempt = 0, index = 0] = page.next.split('.').map(Number)
    after = { attempt, index }
  }
}

const asSent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

function nullIfDeleted(error: unknown): null {
  if (error instanceof SluiceError && error.code === 'NOT_FOUND') return null
  throw error
}

const textOf = (difference: Difference | null): string | null => {
  if (!difference) return null
  const { step, what, recorded, replayed } = difference
  return `step ${step}: ${what} was ${JSON.stringify(recorded)}, is ${JSON.stringify(replayed)}`
}
