// Faults that somebody might build in one day, switched on one at a time: a simulation that misses them proves nothing.
import { act, step } from '@sluice/core/rollout'
import type { Plan, RolloutState } from '@sluice/core/rollout'
import type { CompiledQuery } from 'kysely'
import { honest } from './sabotage.ts'
import type { Sabotage } from './sabotage.ts'

export interface PlantedBug {
  readonly name: string
  /** The invariant that has to notice, whatever else notices too. */
  readonly breaks: string
  readonly sabotage: Sabotage
}

type Core = typeof step

const insertsEvent = ({ sql }: CompiledQuery): boolean => sql.startsWith('insert into "events"')

const movesRollout = ({ sql }: CompiledQuery): boolean => sql.startsWith('update "rollouts"')

/** `update rollouts … where id = ? and version = ?` without its last condition. */
function withoutVersionCheck(query: CompiledQuery): CompiledQuery {
  const condition = ' and "version" = ?'
  if (!query.sql.startsWith('update "rollouts"') || !query.sql.endsWith(condition)) return query
  return { ...query, sql: query.sql.slice(0, -condition.length), parameters: query.parameters.slice(0, -1) }
}

const neverNoData = (plan: Plan): Plan => ({
  ...plan,
  guardrails: plan.guardrails.map((guardrail) => ({ ...guardrail, noDataAfterBlocks: Infinity })),
})

/** 0 of 0 failed: not above any limit. */
const emptyIsFine: Core = (plan, state, block, facts) => {
  const seen = <T extends { units: number }>(tally: T): T => (tally.units > 0 ? tally : { ...tally, units: 1 })
  const evidence = state.evidence.map((kept) => ({
    ...kept,
    candidate: seen(kept.candidate),
    baseline: seen(kept.baseline),
  }))
  return step(plan, { ...state, evidence }, block, facts)
}

/** What was shown at the last share still counts at this one. */
const keepsOldVerdicts: Core = (plan, state, block, facts) => {
  const taken = step(plan, state, block, facts)
  const { next } = taken.decision
  if (next.stage <= state.stage) return taken
  return { ...taken, decision: { ...taken.decision, next: { ...next, evidence: state.evidence } } }
}

/** Time without a server counts like any other, and the stages that fell due in it are all taken. */
const catchesUp: Core = (plan, state, block, facts) => {
  const missed = block.index - state.block
  if (missed < 6) return step(plan, state, block, facts)
  const present: RolloutState = { ...state, block: block.index, healthyBlocks: state.healthyBlocks + missed }
  const taken = step(plan, present, block, facts)
  const { next, effects } = taken.decision
  if (next.stage <= state.stage || next.ended) return taken
  const further = act(plan, next, { action: 'proceed', reason: '' }, facts.nowMs)
  if ('refused' in further) return taken
  return { ...taken, decision: { ...further, effects: [...effects.slice(0, -1), ...further.effects] } }
}

const holdShields: Core = (plan, state, block, facts) => {
  if (state.stoppedBy === null) return step(plan, state, block, facts)
  const guardrails = plan.guardrails.map((guardrail) => ({ ...guardrail, onBreach: 'hold' as const }))
  return step({ ...plan, guardrails }, state, block, facts)
}

const core = (faulty: Core): Sabotage => ({ core: () => faulty })

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'P1 no version check, where the lock is off',
    breaks: 'I4',
    sabotage: { lock: 'none', statement: withoutVersionCheck },
  },
  { name: 'P2 no lock, with the version check on', breaks: 'I9', sabotage: { lock: 'none' } },
  {
    name: 'P3 neither: blocks are folded by two servers',
    breaks: 'I13',
    sabotage: { lock: 'none', statement: withoutVersionCheck },
  },
  { name: 'P4 a lock that runs out by the own clock', breaks: 'I9', sabotage: { lock: 'own clock' } },
  { name: 'P5 the event in a transaction of its own', breaks: 'I4', sabotage: { splitsAt: insertsEvent } },
  { name: 'P6 told before it is committed', breaks: 'I7', sabotage: { publishesEarly: true } },
  {
    name: 'P7 no data is healthy',
    breaks: 'I2',
    sabotage: core((plan, ...rest) => step(neverNoData(plan), ...rest)),
  },
  { name: 'P8 the rate of nobody, 0 of 0, is healthy', breaks: 'I2', sabotage: core(emptyIsFine) },
  { name: 'P9 old verdicts after an advance', breaks: 'I2', sabotage: core(keepsOldVerdicts) },
  { name: 'P10 two stages at once after downtime', breaks: 'I1', sabotage: core(catchesUp) },
  { name: 'P11 a hold shields from the rollback', breaks: 'I3', sabotage: core(holdShields) },
  { name: 'P12 a write is not bound to its version', breaks: 'I8', sabotage: { checksEarly: true } },
  { name: 'P13 acknowledged before it is stored', breaks: 'I14', sabotage: { acknowledgesEarly: true } },
  {
    name: 'P14 a batch sent again is a new batch',
    breaks: 'I14',
    sabotage: { batchId: (id, sent) => (sent === 1 ? id : `${id} again`) },
  },
  {
    name: 'P15 what the engine was told, in a transaction of its own',
    breaks: 'I16',
    sabotage: { splitsAt: movesRollout },
  },
]

/** The version check alone: the lock stands before it, so that nothing can be seen. */
export const hiddenByTheLock: Sabotage = { ...honest, statement: withoutVersionCheck }
