import { isAdvance } from '../story.ts'
import type { Transition } from '../story.ts'
import { first } from './invariant.ts'
import type { Invariant } from './invariant.ts'

export const advanceOnFreshEvidence: Invariant = {
  id: 'I2',
  sentence:
    'The engine goes on only with a complete, healthy verdict of this visit, and with rows of every side needed that are no older than the plan allows.',
  broken: ({ transitions }) =>
    first(transitions, (moved) => {
      if (!isAdvance(moved)) return null
      const { reference } = moved.commit
      if (!reference) return 'it went on without a sealed block'
      if (reference.breach || reference.obstacles.length > 0)
        return [reference.breach, ...reference.obstacles].join(', ')
      return stale(moved, transitions)
    }),
}

/** Counted from the rows as they were sealed, without the engine's word. */
function stale({ before, plan }: Transition, transitions: readonly Transition[]): string | null {
  if (!before) return null
  const visit = transitions.filter(
    ({ before: was, after }) => was?.id === before.id && was.visit === before.visit && after.id === before.id,
  )
  const acting = plan.guardrails.filter(({ onBreach }) => onBreach !== 'notify')
  for (const { compare, noDataAfterBlocks, id } of acting)
    for (const arm of compare === 'ratio' ? (['T', 'C'] as const) : (['T'] as const)) {
      const last = visit.findLast(({ commit: { reference } }) => (reference?.rows[arm] ?? 0) > 0)?.commit.reference
        ?.block
      const now = visit.at(-1)?.commit.reference?.block ?? 0
      if (last === undefined) return `${id}: no row of ${arm} in this visit`
      if (now - last >= (noDataAfterBlocks ?? Infinity)) return `${id}: no row of ${arm} for ${now - last} blocks`
    }
  return null
}

export const breachIsAnswered: Invariant = {
  id: 'I3',
  sentence:
    'A breach known to the server that seals the block is carried out with it; after a rollback only a person acts.',
  broken: ({ transitions }) =>
    first(transitions, ({ before, after, event, commit: { reference } }) => {
      if (before?.ended && event?.actor === 'engine') return `${event.action} after ${before.ended}`
      if (!reference?.breach || !reference.flagEnabled || before?.id !== reference.rollout) return null
      if (reference.breach === 'rollback')
        return after.ended === 'rolled_back' && after.share === 0 ? null : 'no rollback on a proven breach'
      return after.stoppedBy !== null || after.ended === 'rolled_back'
        ? null
        : `no ${reference.breach} on a proven breach`
    }),
}

export const timeIsServed: Invariant = {
  id: 'I6',
  sentence:
    'The engine leaves a stage after its least time by the clock and by sealed blocks that nobody held, none of them across a gap.',
  broken: ({ transitions }) =>
    first(transitions, (moved) => {
      if (!isAdvance(moved) || !moved.before) return null
      const { stage, id } = moved.before
      const atLeastMs = moved.plan.stages[stage]?.atLeastMs ?? 0
      const own = transitions.slice(0, transitions.indexOf(moved)).filter(({ after }) => after.id === id)
      const entered = own.findLast(beganStage)
      if (!entered) return 'nobody saw it reach this stage'
      const byClock = moved.commit.at - entered.commit.at
      const byBlocks = healthyBlocks([...own.slice(own.indexOf(entered) + 1), moved]) * moved.plan.blockMs
      if (byClock < atLeastMs) return `${byClock} ms by the clock of ${atLeastMs}`
      return byBlocks < atLeastMs ? `${byBlocks} ms of healthy blocks of ${atLeastMs}` : null
    }),
}

const beganStage = ({ before, after }: Transition): boolean =>
  before?.stage !== after.stage || before.attempt !== after.attempt || after.share !== before.share

/** So many blocks at once are a gap: the time before it does not count. */
const gapBlocks = 6

function healthyBlocks(transitions: readonly Transition[]): number {
  return transitions.reduce((sum, { before, commit: { reference } }) => {
    if (!reference) return sum
    const passed = reference.block - reference.fromBlock + 1
    const isHeld = before?.stoppedBy !== null || !reference.flagEnabled
    const kept = passed > gapBlocks ? 0 : sum
    return isHeld ? kept : kept + (passed > gapBlocks ? 1 : passed)
  }, 0)
}

export const replaysToTheSame: Invariant = {
  id: 'I16',
  sentence: 'Told once more what it was told, the engine decides the same and comes to where each rollout stands.',
  broken: ({ of }) =>
    first(of('replayed'), ({ entry: { rollout, difference } }) => difference && `${rollout}, ${difference}`),
}

export const foldsToTheSame: Invariant = {
  id: 'I13',
  sentence: 'Whoever folds the stored rows again, block by block, comes to the stored state to the last digit.',
  broken: ({ transitions }) =>
    first(transitions, ({ after, commit: { reference } }) =>
      reference?.rollout === after.id && reference.digest !== after.digest
        ? `block ${reference.block}: stored ${after.digest}, folded ${reference.digest}`
        : null,
    ),
}
