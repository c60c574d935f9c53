import { type Model, type Price, readInstant, slotOf } from '@sluice/core/catalogue'

/** The rate of one slot over time: each step from its beginning on. */
export interface PriceSteps {
  readonly slot: string
  readonly steps: readonly { readonly fromMs: number | null; readonly rate: number | null }[]
}

/** How a slot's price moved, for display: the dated ones by when they begin, after what stood since ever. */
export function priceSteps({ prices }: Pick<Model, 'prices'>): readonly PriceSteps[] {
  const bySlot = Map.groupBy(prices, slotOf)
  return [...bySlot].map(([slot, rows]) => ({ slot, steps: rows.map(stepOf).toSorted(byBeginning) }))
}

const stepOf = ({ effectiveFrom, rate }: Price) => ({
  fromMs: effectiveFrom === undefined ? null : readInstant(effectiveFrom),
  rate: rate === null ? null : Number(rate),
})

const byBeginning = (a: { fromMs: number | null }, b: { fromMs: number | null }): number =>
  (a.fromMs ?? -Infinity) < (b.fromMs ?? -Infinity) ? -1 : 1

/** From a little before the first change to a little after the last, the present always inside; null: nothing ever changed. */
export function rangeOf(all: readonly PriceSteps[], nowMs: number): readonly [number, number] | null {
  const instants = all.flatMap(({ steps }) => steps.flatMap(({ fromMs }) => (fromMs === null ? [] : [fromMs])))
  if (instants.length === 0) return null
  const [first, last] = [Math.min(...instants, nowMs), Math.max(...instants, nowMs)]
  const margin = Math.max((last - first) * 0.08, 3_600_000)
  return [first - margin, last + margin]
}
