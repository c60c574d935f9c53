import { recordedOf } from '@sluice/contract'
import { Replay } from '@sluice/core/rollout'
import type { RolloutState } from '@sluice/core/rollout'
import { expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { readRecording } from '../rollouts/recording.ts'
import type { Place } from '../rollouts/recording.ts'
import { listRollouts } from '../rollouts/rollout-store.ts'
import { simulateHistory } from './history.ts'
import { environment } from './observer.ts'
import { SimulatedStore } from './simulated-store.ts'

const histories = scale(8, 2000)
const pageSize = 50

/** Everything at which the replays of a store's rollouts depart from their records, and how much there was to replay. */
async function replayAll({ plain: { kysely } }: SimulatedStore): Promise<{ steps: number; departures: string[] }> {
  const departures: string[] = []
  let steps = 0
  for (const record of await listRollouts(kysely, environment)) {
    if (record.state.stage < 0) continue
    const replay = new Replay(record.plan)
    for (let after: Place | null = null; ;) {
      const page: Awaited<ReturnType<typeof readRecording>> = await readRecording(record, kysely, after, pageSize)
      for (const step of page.steps) {
        const found = replay.next(recordedOf(JSON.parse(JSON.stringify(step))))
        steps += 1
        if (found) departures.push(`${record.id} step ${found.step}: ${found.what}`)
        if (step.kind === 'block' && !step.intact) departures.push(`${record.id} block ${step.index} is not intact`)
      }
      const end = page.end && replay.end(JSON.parse(JSON.stringify(page.end)) as RolloutState)
      if (end) departures.push(`${record.id} ends elsewhere: ${end.what}`)
      const [attempt, index] = (page.next ?? '').split('.').map(Number)
      if (attempt === undefined || index === undefined) break
      after = { attempt, index }
    }
  }
  return { steps, departures }
}

test(
  `the rollouts of ${histories} histories full of faults replay to what is stored`,
  { timeout: scale(120_000, 7_200_000) },
  async () => {
    const store = await SimulatedStore.create()
    let replayed = 0
    for (let seed = 0; seed < histories; seed++) {
      await simulateHistory(seed, store)
      const { steps, departures } = await replayAll(store)
      expect({ seed, departures }).toEqual({ seed, departures: [] })
      replayed += steps
    }
    expect(replayed).toBeGreaterThan(50 * histories)
  },
)
