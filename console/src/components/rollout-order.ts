import type { Rollout } from '@sluice/contract'
import type { RolloutState } from './states.ts'

export type RolloutGroup = 'decision' | 'running' | 'draft' | 'ended'

const groupOf: Readonly<Record<RolloutState, RolloutGroup>> = {
  awaiting_decision: 'decision',
  held: 'decision',
  running: 'running',
  draft: 'draft',
  rolled_back: 'ended',
  completed: 'ended',
  superseded: 'ended',
}

const groups: readonly RolloutGroup[] = ['decision', 'running', 'draft', 'ended']

/** The latest thing that happened to it as a whole: its end, its start, or its making. */
export function lastTurn(rollout: Rollout): string {
  return rollout.endedAt ?? rollout.startedAt ?? rollout.createdAt
}

/** Rollouts by what they ask of a person, the newest first in each group; empty groups are left out. */
export function groupRollouts(
  rollouts: readonly Rollout[],
): readonly { readonly group: RolloutGroup; readonly items: readonly Rollout[] }[] {
  return groups
    .map((group) => ({
      group,
      items: rollouts
        .filter((rollout) => groupOf[rollout.state] === group)
        .sort((one, other) => lastTurn(other).localeCompare(lastTurn(one))),
    }))
    .filter(({ items }) => items.length > 0)
}
