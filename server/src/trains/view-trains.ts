import type { Rollout, Train } from '@sluice/contract'
import type { Flag } from '@sluice/core/evaluation'

type Car = Train['cars'][number]

/** The trains among an environment's rollouts: the newest of each flag, chained by `after`, each train in its order. */
export function viewTrains(newest: readonly Rollout[], flags: Readonly<Record<string, Flag>>): Train[] {
  const byFlag = new Map(newest.map((rollout) => [rollout.flag, rollout]))
  const links = newest.flatMap(({ flag, plan: { after } }) =>
    after.filter((name) => byFlag.has(name)).map((name) => [name, flag] as const),
  )
  return groupsOf(links).map((group) => {
    const cars = inOrder(group, links).flatMap((flag) => {
      const rollout = byFlag.get(flag)
      return rollout ? [carOf(rollout, flags[flag])] : []
    })
    return { ...standing(cars), cars }
  })
}

type Link = readonly [before: string, after: string]

/** Flags that hang together, the train with the flag that comes first in the alphabet first. */
function groupsOf(links: readonly Link[]): string[][] {
  const groups = new Map<string, Set<string>>()
  for (const [a, b] of links) {
    const merged = new Set([...(groups.get(a) ?? [a]), ...(groups.get(b) ?? [b])])
    for (const flag of merged) groups.set(flag, merged)
  }
  return [...new Set(groups.values())].map((group) => [...group].sort())
}

/** Each flag after those that it waits for; of several that may go, the alphabet says which stands first. */
function inOrder(group: readonly string[], links: readonly Link[]): string[] {
  const placed: string[] = []
  let rest = [...group]
  while (rest.length > 0) {
    const ready = rest.filter((flag) => links.every(([a, b]) => b !== flag || placed.includes(a)))
    // Flags that wait for each other never start; they are shown all the same.
    const [next = ''] = ready.length > 0 ? ready : rest
    placed.push(next)
    rest = rest.filter((flag) => flag !== next)
  }
  return placed
}

const carOf = ({ id, flag, plan, state, exposure, why, waitingFor }: Rollout, described: Flag | undefined): Car => ({
  flag,
  rollout: id,
  after: [...plan.after],
  purpose: described?.description ?? null,
  risk: described?.risk ?? null,
  rollbackImpact: described?.rollbackImpact ?? null,
  state,
  percent: exposure.set,
  sentence: why.sentence,
  waitingFor: [...waitingFor],
})

function standing(cars: readonly Car[]): Pick<Train, 'state' | 'sentence'> {
  const back = cars.find(({ state }) => state === 'rolled_back' || state === 'superseded')
  if (back) return { state: 'stopped', sentence: `Stopped at "${back.flag}": ${back.sentence}` }
  const held = cars.find(({ state }) => state === 'held' || state === 'awaiting_decision')
  if (held) return { state: 'stopped', sentence: `Stopped at "${held.flag}": ${held.sentence}` }
  const moving = cars.filter(({ state }) => state === 'running')
  if (moving.length > 0)
    return { state: 'moving', sentence: moving.map(({ flag, sentence }) => `"${flag}": ${sentence}`).join(' ') }
  if (cars.every(({ state }) => state === 'completed'))
    return { state: 'arrived', sentence: 'Every rollout of the train has completed.' }
  const next = cars.find(({ state }) => state === 'draft')
  return { state: 'waiting', sentence: next ? `Next is "${next.flag}": ${next.sentence}` : 'Nothing is under way.' }
}
