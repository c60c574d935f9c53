import { SluiceError } from '@sluice/contract'
import type { Recording } from '@sluice/contract'
import type { Kysely } from 'kysely'
import type { StoredEvent } from '../events/event.ts'
import type { Tables } from '../ports/database.ts'
import { readDecision, recordedInput } from './decision-event.ts'
import { eventsOf } from './decisions-of.ts'
import type { RolloutRecord } from './rollout-record.ts'
import { listToldBlocks } from './sealed-block-store.ts'
import type { StoredToldBlock } from './sealed-block-store.ts'

/** A block of an attempt. An action has the place of the block that comes next, and stands before it. */
export interface Place {
  readonly attempt: number
  readonly index: number
}

interface Step extends Place {
  readonly order: 'action' | 'block'
  readonly step: Recording['steps'][number]
}

/** A page of what the engine was told and what it decided, in order; the last one says where the rollout stands. */
export async function readRecording(
  record: RolloutRecord,
  db: Kysely<Tables>,
  after: Place | null,
  pageSize: number,
): Promise<Recording> {
  const blocks = await listToldBlocks(db, record.id, after, pageSize)
  const { attempt, block: nextBlock } = record.state
  if (after === null && blocks.length === 0 && (attempt > 1 || nextBlock > 0))
    throw new SluiceError(
      'NOT_FOUND',
      `The recording of ${record.id} was deleted: it is kept for a time after the end.`,
      {
        hint: 'Its decisions and their evidence stay: GET decisions. SLUICE_RETENTION says for how long the rest is kept.',
      },
    )
  const last = blocks.length < pageSize ? null : (blocks.at(-1) ?? null)
  const events = await eventsOf(db, record.environment, record.id)
  const actions = actionSteps(events).filter(
    (place) => (after === null || isAfter(place, after)) && (last === null || !isAfter(place, last)),
  )
  const decisions = decisionsOnBlocks(events)
  const steps = [...actions, ...blocks.map((block) => blockStep(block, decisions.get(nameOf(block))))].sort(inOrder)
  return {
    engine: engineOf(events),
    plan: { ...record.plan },
    steps: steps.map(({ step }) => step),
    ...(last === null ? { end: { ...record.state } } : { next: nameOf(last) }),
  }
}

/** The newest engine that was told something; null where nothing was recorded. */
const engineOf = (events: readonly StoredEvent[]): number | null =>
  events.reduce<number | null>((newest, event) => {
    const input = recordedInput(event)
    return input?.kind === 'action' ? Math.max(newest ?? 0, input.engine) : newest
  }, null)

const nameOf = ({ attempt, index }: Place): string => `${attempt}.${index}`

const isAfter = (place: Place, { attempt, index }: Place): boolean =>
  place.attempt > attempt || (place.attempt === attempt && place.index > index)

const inOrder = (a: Step, b: Step): number =>
  a.attempt - b.attempt || a.index - b.index || (a.order < b.order ? -1 : a.order > b.order ? 1 : 0)

const actionSteps = (events: readonly StoredEvent[]): Step[] =>
  events.flatMap((event): Step[] => {
    const input = recordedInput(event)
    if (input?.kind !== 'action') return []
    const { attempt, index, action, nowMs } = input
    const step = { kind: 'action', action: { ...action }, nowMs, decision: readDecision(event) } as const
    return [{ attempt, index, order: 'action', step }]
  })

const decisionsOnBlocks = (events: readonly StoredEvent[]): ReadonlyMap<string, StoredEvent> =>
  new Map(
    events.flatMap((event) => {
      const input = recordedInput(event)
      return input?.kind === 'block' ? [[nameOf(input), event] as const] : []
    }),
  )

function blockStep(told: StoredToldBlock, event: StoredEvent | undefined): Step {
  const { attempt, index, facts, block, hash, intact } = told
  const input = event && recordedInput(event)
  // Whoever changes a block and its chain still has to change the log, which is a chain of its own.
  const isAsDecidedOn = input?.kind !== 'block' || input.hash === hash
  const decision = event ? readDecision(event) : null
  const shown = { attempt, index, facts: { ...facts }, block: block && { ...block } }
  return {
    attempt,
    index,
    order: 'block',
    step: { kind: 'block', ...shown, intact: intact && isAsDecidedOn, decision },
  }
}
