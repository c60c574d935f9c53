import type { Rollout } from '@sluice/contract'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'

/** What a script learns from where a rollout stands. */
export function codeOf({ state, waitingFor }: Pick<Rollout, 'state' | 'waitingFor'>): ExitCode {
  if (state === 'rolled_back' || waitingFor.some(({ code }) => code === 'breach')) return exitCodes.breached
  return state === 'held' || state === 'awaiting_decision' ? exitCodes.waiting : exitCodes.ok
}
