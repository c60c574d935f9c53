import type { SummaryRow } from './summarize-calls.ts'

/** What calls of a variant can be told apart by. */
export interface Group {
  readonly value: string
  /** Groups stand in this order, then by their calls. */
  readonly order: number
}

/**
 * The group of a call: its model, its task, or what a metric of it says: whole numbers up to 10 stand alone, others in
 * ranges that end at 1, 2, 5, 10, 20, 50 and so on and hold their upper end. Null where the call says nothing.
 */
export function groupOf(by: string, { model, task, metrics }: SummaryRow): Group | null {
  if (by === 'model') return model === null ? null : { value: model, order: 0 }
  if (by === 'task') return task === null ? null : { value: task, order: 0 }
  const value = Object.hasOwn(metrics, by) ? metrics[by] : undefined
  if (value === undefined || !(value >= 0 && value < Infinity)) return null
  if (value === 0 || (Number.isInteger(value) && value <= 10)) return { value: String(value), order: value }
  const [low, high] = rangeAround(value)
  return { value: `${low} to ${high}`, order: high }
}

function rangeAround(value: number): readonly [number, number] {
  const decade = 10 ** Math.floor(Math.log10(value))
  const edges = [0.5, 1, 2, 5, 10, 20].map((edge) => Number((edge * decade).toPrecision(6)))
  const upper = edges.findIndex((edge) => value <= edge)
  return [edges[upper - 1] ?? 0, edges[upper] ?? value]
}
