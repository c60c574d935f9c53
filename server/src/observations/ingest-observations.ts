import { createHmac } from 'node:crypto'
import { isFault, readObservation, SluiceError } from '@sluice/contract'
import type { Receipt, RejectedRow } from '@sluice/contract'
import type { FlagParts } from '../flags/flag-service.ts'
import { firstLife } from '../environments/environment-store.ts'
import type { RolloutRunner } from '../rollouts/rollout-runner.ts'
import { attribute } from './attribute.ts'
import { claimBatch, findReceipt, insertObservations } from './observation-store.ts'
import type { AttributedRow } from './observation-store.ts'

export interface BatchRequest {
  readonly environment: string
  readonly id: string
  readonly observations: readonly unknown[]
  /** Sent with a client key, which anybody can read: shown, never evidence. */
  readonly isPublic: boolean
}

/** Takes a batch: bad rows are named, good ones are committed before the answer, and a batch counts once. */
export function ingestObservations(batch: BatchRequest, parts: FlagParts, runner: RolloutRunner): Promise<Receipt> {
  const { environment, id } = batch
  return runner.inTurn(async () => {
    const before = await findReceipt(parts.database.kysely, environment, id)
    if (before) return before
    const { rows, rejected } = readRows(batch, parts, runner)
    if (rows.length === 0)
      throw new SluiceError('UNPROCESSABLE', 'No row of the batch can be used; nothing was stored.', {
        errors: rejected
          .slice(0, 100)
          .map(({ index, pointer, code, message }) => ({ pointer: `/observations/${index}${pointer}`, code, message })),
      })
    const nowMs = parts.clock.now()
    const claimed = await parts.database.transaction(async (transaction) => {
      if (!(await claimBatch(transaction, environment, id, nowMs, rows.length, rejected))) return false
      await insertObservations(transaction, environment, rows, nowMs)
      return true
    })
    if (claimed) return { accepted: rows.length, rejected: [...rejected] }
    return (await findReceipt(parts.database.kysely, environment, id)) ?? { accepted: 0, rejected: [], duplicate: true }
  })
}

function readRows(
  { environment, observations, isPublic }: BatchRequest,
  parts: FlagParts,
  runner: RolloutRunner,
): { rows: readonly AttributedRow[]; rejected: readonly RejectedRow[] } {
  const snapshot = parts.cache.get(environment)
  const rows: AttributedRow[] = []
  const rejected: RejectedRow[] = []
  for (const [index, input] of observations.entries()) {
    const row = readObservation(input)
    if (isFault(row)) {
      rejected.push({ index, ...row })
      continue
    }
    const flag = snapshot && Object.hasOwn(snapshot.flags, row.flag) ? snapshot.flags[row.flag] : undefined
    if (!flag) {
      rejected.push({
        index,
        pointer: '/flag',
        code: 'UNKNOWN_FLAG',
        message: `There is no flag "${row.flag}" in ${environment}: create it, or correct the key.`,
      })
      continue
    }
    if (!Object.hasOwn(flag.variants, row.variant)) {
      rejected.push({
        index,
        pointer: '/variant',
        code: 'UNKNOWN_VARIANT',
        message: `The flag "${row.flag}" has no variant "${row.variant}": it has ${Object.keys(flag.variants).slice(0, 10).join(', ')}.`,
      })
      continue
    }
    const record = runner.liveOn(environment, row.flag)
    const attribution = record
      ? attribute(row, record, flag, isPublic)
      : ({ status: 'series', arm: null, attempt: null, visit: null } as const)
    rows.push({
      ...attribution,
      row,
      rollout: record?.id ?? null,
      unitHash: row.unit === null ? null : hashUnit(row.unit, firstLife(snapshot?.epoch ?? '')),
    })
  }
  return { rows, rejected }
}

/** 64 bits that tell units apart and do not say who they are. */
const hashUnit = (unit: string, key: string): string =>
  createHmac('sha256', key).update(unit).digest('hex').slice(0, 16)
