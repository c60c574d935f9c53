import type { Alert } from '@sluice/contract'
import type { Kysely, Selectable } from 'kysely'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { AlertTable } from '../ports/alert-tables.ts'

export async function saveAlert(transaction: DatabaseTransaction, alert: Alert): Promise<void> {
  const { id, ...row } = toRow(alert)
  await transaction
    .insertInto('alerts')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

export async function findAlert(db: Kysely<Tables>, environment: string, id: string): Promise<Alert | null> {
  const row = await db
    .selectFrom('alerts')
    .selectAll()
    .where('environment', '=', environment)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ? fromRow(row) : null
}

/** The newest first. */
export async function listAlerts(
  db: Kysely<Tables>,
  environment: string,
  { states, flag, limit = 200 }: { states?: readonly Alert['state'][]; flag?: string; limit?: number } = {},
): Promise<readonly Alert[]> {
  let query = db.selectFrom('alerts').selectAll().where('environment', '=', environment)
  if (states) query = query.where('state', 'in', [...states])
  if (flag !== undefined) query = query.where('flag', '=', flag)
  const rows = await query.orderBy('opened_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(fromRow)
}

const msOrNull = (instant: string | null): number | null => (instant === null ? null : Date.parse(instant))
const instantOrNull = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

const toRow = ({
  openedAt,
  acknowledgedAt,
  acknowledgedBy,
  resolvedAt,
  resolvedBy,
  evidence,
  ...alert
}: Alert): AlertTable => ({
  ...alert,
  evidence: evidence === null ? null : JSON.stringify(evidence),
  opened_at: Date.parse(openedAt),
  acknowledged_at: msOrNull(acknowledgedAt),
  acknowledged_by: acknowledgedBy,
  resolved_at: msOrNull(resolvedAt),
  resolved_by: resolvedBy,
})

const fromRow = ({
  opened_at: openedAt,
  acknowledged_at: acknowledgedAt,
  acknowledged_by: acknowledgedBy,
  resolved_at: resolvedAt,
  resolved_by: resolvedBy,
  evidence,
  ...row
}: Selectable<AlertTable>): Alert => ({
  ...row,
  evidence: evidence === null ? null : (JSON.parse(evidence) as Alert['evidence']),
  openedAt: new Date(openedAt).toISOString(),
  acknowledgedAt: instantOrNull(acknowledgedAt),
  acknowledgedBy,
  resolvedAt: instantOrNull(resolvedAt),
  resolvedBy,
})
