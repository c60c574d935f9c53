// What a rollout waits for beside its evidence: rollouts of other flags, items of its checklists.
import { noConditions } from '@sluice/contract'
import type { Check, CheckItem, CheckState, Conditions, Rollout } from '@sluice/contract'
import type { RolloutState, Waiting } from '@sluice/core/rollout'
import type { Actor } from '../events/event.ts'

/** The last answer to an item. */
export interface CheckResult {
  readonly state: Exclude<CheckState, 'open'>
  readonly atMs: number
  readonly actor: Actor
  readonly note: string | null
}

/** A start that was asked for while something was still open. */
export interface Armed {
  readonly actor: Actor
  readonly reason: string
  readonly atMs: number
  /** The rollouts of other flags that it waits for, in words. */
  readonly waiting: readonly string[]
}

/** The conditions of a rollout, with what has been done about them. */
export interface Release extends Conditions {
  readonly results: Readonly<Record<string, CheckResult>>
  readonly armed: Armed | null
}

export const noRelease: Release = { ...noConditions, results: {}, armed: null }

type Held = { readonly release: Release; readonly state: Pick<RolloutState, 'stage' | 'stageStartedMs' | 'ended'> }

/** The answer to an item that still counts: an answer of before its stage, or older than its greatest age, does not. */
export function countingResult(
  { id, stage, maxAgeMs }: CheckItem,
  { release, state }: Held,
  nowMs: number,
): CheckResult | null {
  const result = Object.hasOwn(release.results, id) ? release.results[id] : undefined
  if (!result) return null
  const isOfStage = stage < 0 || (stage <= state.stage && (stage < state.stage || result.atMs >= state.stageStartedMs))
  const isFresh = maxAgeMs === null || stage < state.stage || nowMs - result.atMs <= maxAgeMs
  return isOfStage && isFresh ? result : null
}

/** The items that have to be done now: to start, or to leave the present stage. */
export const dueItems = ({ release, state }: Held): readonly CheckItem[] =>
  state.ended ? [] : release.checklist.filter(({ stage }) => stage === state.stage)

/** Those of them that are neither passed nor skipped. */
export function openItems(held: Held, nowMs: number): readonly Waiting[] {
  return dueItems(held).flatMap((item): Waiting[] => {
    const result = countingResult(item, held, nowMs)
    if (result?.state === 'passed' || result?.state === 'skipped') return []
    const ending = result ? ` (failed${result.note ? `: ${result.note}` : ''})` : ''
    return [{ code: 'checklist', sentence: `"${item.text}" on the checklist${ending}` }]
  })
}

/** What the core is told of it. */
export function releaseFacts(
  held: Held,
  nowMs: number,
): { readonly open: readonly Waiting[]; readonly armed: boolean } {
  const { armed, after } = held.release
  const sentences = armed ? armed.waiting : after.map((name) => `the rollout of "${name}" completes`)
  const others = held.state.stage < 0 ? sentences.map((sentence): Waiting => ({ code: 'after', sentence })) : []
  return { open: [...others, ...openItems(held, nowMs)], armed: armed !== null }
}

/** The checklist as people see it. */
export function checklistView(held: Held, nowMs: number): Check[] {
  return held.release.checklist.map((item) => {
    const result = countingResult(item, held, nowMs)
    return {
      id: item.id,
      text: item.text,
      stage: item.stage,
      by: item.source.by,
      detail: detailOf(item),
      state: result?.state ?? 'open',
      at: result ? new Date(result.atMs).toISOString() : null,
      actor: result?.actor ?? null,
      note: result?.note ?? null,
    }
  })
}

function detailOf({ source }: CheckItem): string | null {
  switch (source.by) {
    case 'person':
      return null
    case 'http':
      return source.url
    case 'command':
      return source.command
    case 'metric': {
      const limits = [
        ...(source.above === null ? [] : [`above ${source.above}`]),
        ...(source.below === null ? [] : [`below ${source.below}`]),
      ]
      return `${source.metric} ${limits.join(' and ')}`
    }
  }
}

export const armedView = ({ armed }: Release): Rollout['armed'] =>
  armed && { by: armed.actor.name, at: new Date(armed.atMs).toISOString(), reason: armed.reason }
