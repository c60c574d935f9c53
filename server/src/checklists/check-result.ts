import { SluiceError } from '@sluice/contract'
import type { CheckResultInput } from '@sluice/contract'
import type { Kysely } from 'kysely'
import type { Actor } from '../events/event.ts'
import type { Tables } from '../ports/database.ts'
import type { RolloutRecord } from '../rollouts/rollout-record.ts'
import { lastEnded } from '../rollouts/rollout-store.ts'
import { openItems } from './release.ts'

/** The rollout with one item answered, and the answer in words. */
export function withResult(
  record: RolloutRecord,
  { item: id, state, note, exitCode, output }: CheckResultInput,
  actor: Actor,
  nowMs: number,
): { readonly record: RolloutRecord; readonly sentence: string } {
  const { release } = record
  const item = release.checklist.find((known) => known.id === id)
  if (!item)
    throw new SluiceError('UNPROCESSABLE', `There is no item "${id}" on the checklist.`, {
      errors: [{ pointer: '/item', code: 'rule', message: `Choose one of ${idsOf(record)}.` }],
    })
  if (state === 'skipped' && !note?.trim())
    throw new SluiceError('UNPROCESSABLE', 'Skipping an item needs a reason.', {
      errors: [{ pointer: '/note', code: 'rule', message: 'Say why it need not be done.' }],
    })
  const { [id]: _, ...others } = release.results
  const said = [note, exitCode === undefined ? undefined : `exit code ${exitCode}`, lastLines(output)]
  const told = said.filter((text) => text !== undefined && text !== '').join('; ')
  const result = state === 'open' ? {} : { [id]: { state, atMs: nowMs, actor, note: told === '' ? null : told } }
  return {
    record: { ...record, release: { ...release, results: { ...others, ...result } } },
    sentence: `"${item.text}": ${state}${told === '' ? '' : ` (${told})`}`,
  }
}

const idsOf = ({ release }: RolloutRecord): string =>
  release.checklist.map(({ id }) => id).join(', ') || 'none: it is empty'

/** Enough of an output to know what went wrong. */
const lastLines = (output: string | undefined): string | undefined => output?.trim().split('\n').slice(-5).join('\n')

/** A person may go on without proof, never past an open item: ticking or skipping it is one more click. */
export function checkItemsDone(record: RolloutRecord, nowMs: number): void {
  const open = openItems(record, nowMs)
  if (open.length > 0)
    throw new SluiceError('STATE_CONFLICT', `Not done yet: ${open.map(({ sentence }) => sentence).join(', ')}.`, {
      hint: 'Tick it, or skip it with a reason: sluice check.',
    })
}

/**
 * After a breach the next start says what was wrong and what has changed since: document and fix, then enable again. The words
 * of the attempt that failed, as a plan in a file repeats them, say neither.
 */
export async function checkLastWasExplained(db: Kysely<Tables>, record: RolloutRecord, reason: string): Promise<void> {
  const last = await lastEnded(db, record.environment, record.flag)
  if (last?.state.ended !== 'rolled_back' || last.state.stoppedBy?.by !== 'breach') return
  const said = reason.trim()
  if (said !== '' && said !== last.reason.trim()) return
  const message = 'Say what was wrong and what has changed since.'
  throw new SluiceError('UNPROCESSABLE', `The last rollout was rolled back: ${last.state.stoppedBy.sentence}`, {
    errors: [
      {
        pointer: '/reason',
        code: 'rule',
        message: said === '' ? message : `${message} "${said.slice(0, 80)}" is what its plan said before.`,
      },
    ],
  })
}
