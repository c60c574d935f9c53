// The forms that OFREP 0.3 gives to answers.
import { createHash } from 'node:crypto'
import type { ofrepSuccessSchema } from '@sluice/contract'
import { type Context, type Outcome, ofrepReason, type SnapshotFlag } from '@sluice/core/evaluation'
import type { z } from 'zod'
import { canonicalJson } from '../../events/canonical-json.ts'
import { type RefusalFormat, json } from '../route.ts'

export type OfrepSuccess = z.infer<typeof ofrepSuccessSchema>

export function success(
  key: string,
  { metadata, off, rollout }: SnapshotFlag,
  outcome: Outcome,
  revision: number,
): OfrepSuccess {
  const { value, variant, reason, rule, drawn, constant = false, error, arm } = outcome
  return {
    key,
    ...(variant === null ? {} : { value, variant }),
    reason: ofrepReason(outcome),
    metadata: {
      ...metadata,
      reason,
      revision,
      drawn,
      constant,
      ...(off === null ? {} : { off }),
      ...(rule === null ? {} : { rule }),
      ...(error === undefined ? {} : { error }),
      // What a row about this call says beside its unit, so that it counts; without an arm it has no unit to send.
      ...(rollout && arm ? { arm, attempt: rollout.attempt, visit: rollout.visit } : {}),
    },
  }
}

export const notFound = (key: string) => ({
  key,
  errorCode: 'FLAG_NOT_FOUND',
  errorDetails: `There is no flag "${key.slice(0, 200)}" in this environment.`,
})

/** What a bulk answer depends on. */
export interface BulkContent {
  readonly epoch: string
  readonly reader: string
  readonly context: Context
  readonly flags: readonly OfrepSuccess[]
}

/**
 * The tag of what was evaluated, not of the revision alone: providers keep their tag when only attributes of the context
 * change, and an entry of a list may have expired since. The context is in it, so that a tag never outlives one.
 */
export function bulkTag({ epoch, reader, context, flags }: BulkContent): string {
  const hash = createHash('sha256').update(`${epoch}\n${reader}\n${canonicalJson(context)}\n`)
  return `"${hash.update(JSON.stringify(flags)).digest('base64url').slice(0, 27)}"`
}

/** Wrong requests in OFREP’s own form; for everything else it leaves the form open, and ours says more. */
export const refuseOne: RefusalFormat = (refused, { key = '' }) => {
  if (refused.status === 404) return json({ key, errorCode: 'FLAG_NOT_FOUND', errorDetails: refused.detail }, 404)
  const failure = failureOf(refused)
  return failure && json({ key, ...failure }, 400)
}

export const refuseBulk: RefusalFormat = (refused) => {
  const failure = failureOf(refused)
  return failure && json(failure, 400)
}

function failureOf({ code, status, detail, pointers }: Parameters<RefusalFormat>[0]) {
  if (status !== 400 && status !== 422) return null
  const isContext = pointers.some((pointer) => pointer === '' || pointer.startsWith('/context'))
  const errorCode = code === 'INVALID_JSON' ? 'PARSE_ERROR' : isContext ? 'INVALID_CONTEXT' : 'GENERAL'
  return { errorCode, errorDetails: detail }
}
