import { type ImportResult, SluiceError } from '@sluice/contract'
import { appendEvent } from '../events/append-event.ts'
import { installationScope } from '../events/event.ts'
import type { ImportDesk, KeptPlan } from './import-desk.ts'
import { turnTaker } from './in-turns.ts'
import { type Asking, type ModelParts, publishModels, reloadModels } from './model-service.ts'
import { type PreparedWrite, type Written, prepareWrite, writePrepared } from './write-models.ts'

export interface ApplyRequest extends Asking {
  readonly planId: string
  readonly planHash: string
  /** Import the good records though others are bad. */
  readonly partial: boolean
}

/** Writes what a plan says: all of it in one transaction, or nothing. */
export async function applyImport(request: ApplyRequest, desk: ImportDesk, parts: ModelParts): Promise<ImportResult> {
  return desk.exclusive(() => apply(request, desk, parts))
}

async function apply(request: ApplyRequest, desk: ImportDesk, parts: ModelParts): Promise<ImportResult> {
  const plan = findPlan(request, desk)
  if (plan.errors > 0 && !request.partial)
    throw new SluiceError('UNPROCESSABLE', `${plan.errors} records have errors. Nothing was changed.`, {
      hint: 'Correct them and plan again, or send "partial": true to import the others.',
    })
  const importId = parts.random.id('imp')
  const writes = await prepare(plan, request, importId, parts)
  const written = writes.length === 0 ? null : await commit({ plan, request, importId, writes, desk, parts })
  if (written) await publishModels(written, parts)
  desk.forget(plan.id)
  desk.report(plan.id, { phase: 'done', done: writes.length, total: writes.length })
  const created = plan.changes.filter(({ before }) => before === null).length
  return {
    importId,
    revision: parts.models.revision.revision,
    created,
    updated: plan.changes.length - created,
    passedOver: plan.passedOver,
  }
}

function findPlan({ planId, planHash }: ApplyRequest, desk: ImportDesk): KeptPlan {
  const plan = desk.find(planId)
  if (!plan)
    throw new SluiceError('NOT_FOUND', `There is no plan "${planId.slice(0, 80)}", or it has expired.`, {
      hint: 'Plans are kept for 30 minutes, the latest four of them: plan again.',
    })
  if (plan.hash === planHash) return plan
  throw new SluiceError('STATE_CONFLICT', 'The hash is not that of the plan: this is not what was looked at.', {
    hint: 'Send planId and planHash of the same answer.',
  })
}

async function prepare(
  { changes, format }: KeptPlan,
  { actor, role, reason }: ApplyRequest,
  importId: string,
  { clock }: ModelParts,
): Promise<PreparedWrite[]> {
  const circumstances = { actor, role, reason, source: format, importId, nowMs: clock.now() }
  const takeTurn = turnTaker()
  const writes: PreparedWrite[] = []
  for (const change of changes) {
    writes.push(prepareWrite(change, circumstances))
    await takeTurn()
  }
  return writes
}

interface Commit {
  readonly plan: KeptPlan
  readonly request: ApplyRequest
  readonly importId: string
  readonly writes: readonly PreparedWrite[]
  readonly desk: ImportDesk
  readonly parts: ModelParts
}

async function commit({ plan, request, importId, writes, desk, parts }: Commit): Promise<Written> {
  return parts.database.transaction(async (transaction) => {
    const takeTurn = turnTaker()
    const done = await writePrepared(transaction, writes, {
      check: (revision) => refuseIfMoved(plan, revision.revision, parts),
      pause: (count) => {
        desk.report(plan.id, { phase: 'writing', done: count, total: writes.length })
        return takeTurn()
      },
    })
    if (!done) throw moved(plan.changes.map(({ model }) => model.id))
    const created = plan.changes.filter(({ before }) => before === null).length
    const subject = { kind: 'import', id: importId }
    const evidence = { format: plan.format, created, updated: plan.changes.length - created }
    const { actor, reason } = request
    await appendEvent(
      transaction,
      installationScope,
      { actor, subject, action: 'import', reason, evidence, revision: done.revision.revision },
      parts,
    )
    return done
  })
}

/**
 * Within the transaction nobody else writes models: if the catalogue in memory is the one before this revision, it is what the
 * database holds, and says whether a model is still what was planned on.
 */
async function refuseIfMoved({ changes }: KeptPlan, revision: number, parts: ModelParts): Promise<void> {
  const { models } = parts
  if (models.revision.revision !== revision - 1) {
    void reloadModels(parts).catch(() => {})
    throw moved([])
  }
  const touched = changes.filter(({ before, model }) => models.stored.get(model.id)?.version !== before?.version)
  if (touched.length > 0) throw moved(touched.map(({ model }) => model.id))
}

const moved = (ids: readonly string[]): SluiceError =>
  new SluiceError(
    'STATE_CONFLICT',
    `The catalogue has changed since the plan${ids.length > 0 ? `: ${ids.slice(0, 10).join(', ')}` : ''}. Nothing was changed.`,
    { hint: 'Plan again: the new plan shows what is different.' },
  )
