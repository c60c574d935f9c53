import { conditionKey, type Model, type Price, ratesInForce, slotOf } from '@sluice/core/catalogue'
import { parseCondition } from './condition-text.ts'
import { bySlot } from '../../format/slot-order.ts'

/** A price as a row of the form; an empty rate withdraws it. */
export interface PriceRow {
  readonly meter: string
  readonly condition: string
  readonly rate: string
  readonly per: string
}

export const emptyRow: PriceRow = { meter: 'input', condition: '', rate: '', per: '1000000' }

/** The price list in force, as the form begins. */
export function rowsOf(model: Model, nowMs: number): PriceRow[] {
  const inForce = [...ratesInForce(model.prices, nowMs)].toSorted(([a], [b]) => bySlot(a, b))
  return inForce.map(([, { meter, when, rate, per }]) => ({
    meter,
    condition: conditionKey(when),
    rate: rate ?? '',
    per: String(per),
  }))
}

/** The prices that differ from those the form began with; what was removed is withdrawn. */
export function changedPrices(before: readonly PriceRow[], after: readonly PriceRow[], from: string): Price[] {
  const known = new Map(before.map((row) => [slotOfRow(row), row]))
  const named = new Set(after.map(slotOfRow))
  const changed = after.filter((row) => {
    const old = known.get(slotOfRow(row))
    return old === undefined || old.rate !== row.rate.trim() || old.per !== row.per
  })
  const removed = before.filter((row) => !named.has(slotOfRow(row))).map((row) => ({ ...row, rate: '' }))
  return [...changed, ...removed].map((row) => priceOf(row, from))
}

/** How a row is named in lists of changes. */
export const slotOfRow = (row: PriceRow): string => slotOf(priceOf(row, ''))

function priceOf({ meter, condition, rate, per }: PriceRow, from: string): Price {
  const when = parseCondition(condition) ?? {}
  return {
    meter: meter as Price['meter'],
    rate: rate.trim() || null,
    per: Number(per) as Price['per'],
    ...(Object.keys(when).length === 0 ? {} : { when }),
    ...(from === '' ? {} : { effectiveFrom: from }),
  }
}
