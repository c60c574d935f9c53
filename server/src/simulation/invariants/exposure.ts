import { shareOf } from '@sluice/core/rollout'
import { isAdvance, isLive } from '../story.ts'
import type { Placed, Story, Transition } from '../story.ts'
import type { EntryOf, FlagSeen } from '../trace.ts'
import { flagKey } from '../traffic-source.ts'
import { first } from './invariant.ts'
import type { Invariant } from './invariant.ts'

export const exposureFollowsThePlan: Invariant = {
  id: 'I1',
  sentence:
    'The share is that of the stage, or lower where a person or a breach lowered it, and rises one stage at a time.',
  broken: ({ transitions }) => first(transitions, (moved) => wrongShare(moved) ?? wrongRise(moved)),
}

function wrongShare({ after, plan, flagAfter }: Transition): string | null {
  if (!isLive(after)) return flagAfter?.owner === after.id ? `${after.id} has ended and still owns the flag` : null
  if (flagAfter?.owner !== after.id) return `${after.id} runs, and the flag belongs to ${flagAfter?.owner}`
  if (flagAfter.share !== after.share) return `the rollout says ${after.share}, the flag ${flagAfter.share}`
  const [stage, next] = [plan.stages[after.stage], plan.stages[after.stage + 1]]
  const isBelowNext = next !== undefined && after.share < shareOf(next)
  const isPlanned = stage !== undefined && (after.share <= shareOf(stage) || isBelowNext)
  return isPlanned ? null : `share ${after.share} at stage ${after.stage}`
}

function wrongRise({ before, after, plan, event, commit }: Transition): string | null {
  if (!before) return null
  if (after.stage > before.stage + 1) return `from stage ${before.stage} to ${after.stage} at once`
  if (event?.actor !== 'engine' || after.share <= before.share) return null
  if (!commit.reference) return 'the engine raised the share without sealing a block'
  const next = plan.stages.map(shareOf).find((share) => share > before.share)
  const planned = next ?? plan.stages[before.stage]?.sharePer100k
  return after.share === planned ? null : `the engine raised the share to ${after.share}; planned was ${planned}`
}

export const heldMeansHeld: Invariant = {
  id: 'I5',
  sentence:
    'While a person or a breach holds it, or the flag is switched off, the engine neither raises the share nor completes.',
  broken: ({ transitions }) =>
    first(transitions, (moved) => {
      const { before, after, event, flagBefore } = moved
      if (event?.actor !== 'engine' || !before) return null
      const rises = isAdvance(moved) || after.share > before.share
      if (before.stoppedBy !== null && rises) return `${event.action} while stopped by a ${before.stoppedBy}`
      return flagBefore?.enabled === false && rises ? `${event.action} while switched off` : null
    }),
}

export const nobodyFlips: Invariant = {
  id: 'I12',
  sentence: 'Who has the candidate keeps it while the share does not fall, over hold, resume and new rollouts.',
  broken: (story) => first(pairsOf(story), ({ before, after }) => flipped(before, after)),
}

function pairsOf(story: Story): { at: number; before: FlagSeen; after: FlagSeen }[] {
  let before: FlagSeen | null = null
  return story.of('commit').flatMap(({ at, entry }: Placed<EntryOf<'commit'>>) => {
    const after = entry.flags.find(({ key }) => key === flagKey)
    if (!after) return []
    const pair = before && !before.deleted && !after.deleted ? [{ at, before, after }] : []
    before = after
    return pair
  })
}

function flipped(before: FlagSeen, after: FlagSeen): string | null {
  if (before.share === null || after.share === null) return null
  if (before.salt !== after.salt) return `the salt went from ${before.salt} to ${after.salt}`
  const [small, large] = before.share <= after.share ? [before, after] : [after, before]
  const lost = [...small.sides].findIndex((side, i) => side === '1' && large.sides[i] !== '1')
  return lost < 0 ? null : `unit ${lost} lost the candidate from ${small.share} to ${large.share}`
}
