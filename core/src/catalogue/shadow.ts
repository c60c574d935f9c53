import { parseDecimal, shift } from './decimal.ts'
import { readInstant } from './instant.ts'
import type { Model } from './model.ts'
import type { Price } from './price.ts'
import { ratesInForce } from './price-book.ts'

/**
 * How one component differs between a static table and the catalogue. `value_changed`: both have a rate; `from_zero`: the static
 * one is 0; `rate_added`, `rate_removed`: only the catalogue, only the table has one; `field_changed`: no price.
 */
export type ShadowKind = 'value_changed' | 'from_zero' | 'rate_added' | 'rate_removed' | 'field_changed'

/** One difference. */
export interface ShadowDifference {
  /** A slot such as `input|>200000`, or a field such as `limits.context`. */
  readonly component: string
  readonly kind: ShadowKind
  /** Decimal text of a rate for one unit, or the field's JSON; null: not there. */
  readonly static: string | null
  readonly db: string | null
  /** Of the static value; null where there is none, or it is 0. */
  readonly percent: number | null
  /** `alert`: more than the tolerance, or one-sided. `accepted`: a person has said that it is right. */
  readonly verdict: 'within' | 'alert' | 'accepted'
}

/** A model that differs. `both`: it is on both sides. */
export interface ShadowModel {
  readonly id: string
  readonly side: 'both' | 'only_static' | 'only_db'
  readonly verdict: 'within' | 'alert' | 'accepted'
  readonly differences: readonly ShadowDifference[]
}

/** What the comparison found. */
export interface ShadowReport {
  /** Models compared, differing or not. */
  readonly compared: number
  readonly alerts: number
  /** How many components differ, by kind; `only_static` and `only_db` count models. */
  readonly counts: Readonly<Record<ShadowKind | 'only_static' | 'only_db', number>>
  /** Those that differ, by id. */
  readonly models: readonly ShadowModel[]
}

/** A difference that is right. It is void as soon as either value moves, and after `until`. */
export interface AcceptedDifference {
  readonly model: string
  /** `*` for a model that is on one side only. */
  readonly component: string
  readonly static: string | null
  readonly db: string | null
  readonly reason: string
  /** A date or an RFC 3339 time. */
  readonly until?: string
}

const tolerancePercent = 5n

/**
 * Compares an application's own table with the catalogue, over the models and components of both. An alert is a rate more than 5 % off
 * (exactly 5 % is none), or one that exists on one side only. Models that only the catalogue has are told, and are no alert: it
 * may hold more than one application uses.
 */
export function compareWithStatic(
  table: readonly Model[],
  catalogue: readonly Model[],
  options: { readonly atMs: number; readonly accepted?: readonly AcceptedDifference[] },
): ShadowReport {
  const { atMs, accepted = [] } = options
  const valid = accepted.filter(({ until }) => until === undefined || (readInstant(until) ?? 0) > atMs)
  const [left, right] = [table, catalogue].map((models) => new Map(models.map((model) => [model.id, model])))
  const ids = [...new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])].sort()
  const models = ids
    .map((id) => compareOne(id, left?.get(id), right?.get(id), { atMs, accepted: valid }))
    .filter(({ side, differences }) => side !== 'both' || differences.length > 0)
  const all = models.flatMap(({ differences }) => differences)
  const count = (kind: ShadowKind): number => all.filter((difference) => difference.kind === kind).length
  return {
    compared: ids.length,
    alerts: models.filter(({ verdict }) => verdict === 'alert').length,
    counts: {
      only_static: models.filter(({ side }) => side === 'only_static').length,
      only_db: models.filter(({ side }) => side === 'only_db').length,
      value_changed: count('value_changed'),
      from_zero: count('from_zero'),
      rate_added: count('rate_added'),
      rate_removed: count('rate_removed'),
      field_changed: count('field_changed'),
    },
    models,
  }
}

interface Comparing {
  readonly atMs: number
  readonly accepted: readonly AcceptedDifference[]
}

function compareOne(id: string, before: Model | undefined, after: Model | undefined, how: Comparing): ShadowModel {
  const isAccepted = how.accepted.some(({ model, component }) => model === id && component === '*')
  if (!before) return { id, side: 'only_db', verdict: isAccepted ? 'accepted' : 'within', differences: [] }
  if (!after) return { id, side: 'only_static', verdict: isAccepted ? 'accepted' : 'alert', differences: [] }
  const differences = [...comparePrices(before, after, how), ...compareFields(before, after)].map((difference) =>
    judge(id, difference, how),
  )
  const verdicts = new Set(differences.map((difference) => difference.verdict))
  const verdict = verdicts.has('alert') ? 'alert' : verdicts.has('accepted') ? 'accepted' : 'within'
  return { id, side: 'both', verdict, differences }
}

function judge(id: string, difference: ShadowDifference, { accepted }: Comparing): ShadowDifference {
  if (difference.verdict !== 'alert') return difference
  const isAccepted = accepted.some(
    (known) =>
      known.model === id &&
      known.component === difference.component &&
      known.static === difference.static &&
      known.db === difference.db,
  )
  return isAccepted ? { ...difference, verdict: 'accepted' } : difference
}

function comparePrices(before: Model, after: Model, { atMs }: Comparing): ShadowDifference[] {
  const [old, fresh] = [ratesInForce(before.prices, atMs), ratesInForce(after.prices, atMs)]
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((slot): ShadowDifference[] => {
    const [was, is] = [old.get(slot), fresh.get(slot)]
    const [left, right] = [was && unitRate(was), is && unitRate(is)]
    const told = { component: slot, static: was?.rate ?? null, db: is?.rate ?? null }
    if (left === undefined) return [{ ...told, kind: 'rate_added', percent: null, verdict: 'alert' }]
    if (right === undefined) return [{ ...told, kind: 'rate_removed', percent: null, verdict: 'alert' }]
    const scale = Math.max(left.scale, right.scale)
    const [a, b] = [left, right].map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own)) as [
      bigint,
      bigint,
    ]
    if (a === b) return []
    if (a === 0n) return [{ ...told, kind: 'from_zero', percent: null, verdict: 'alert' }]
    const off = b > a ? b - a : a - b
    const percent = Number(((b - a) * 10_000n) / a) / 100
    return [
      { ...told, kind: 'value_changed', percent, verdict: 100n * off > tolerancePercent * a ? 'alert' : 'within' },
    ]
  })
}

const unitRate = ({ rate, per }: Price) =>
  shift(parseDecimal(rate ?? '0') ?? { digits: 0n, scale: 0 }, per === 1_000_000 ? 6 : per === 1000 ? 3 : 0)

/** Only what the table says: an application rarely keeps all that the catalogue knows. */
function compareFields(before: Model, after: Model): ShadowDifference[] {
  const [old, fresh] = [facts(before), facts(after)]
  return Object.entries(old)
    .filter(([field, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(fresh[field]))
    .map(([field, value]) => ({
      component: field,
      kind: 'field_changed',
      static: JSON.stringify(value),
      db: fresh[field] === undefined ? null : JSON.stringify(fresh[field]),
      percent: null,
      verdict: 'alert',
    }))
}

function facts({ status, limits, reasoning, capabilities }: Model): Record<string, unknown> {
  const known = Object.entries(capabilities ?? {}).map(([name, has]) => [`capabilities.${name}`, has] as const)
  return {
    status,
    'limits.context': limits?.context,
    'limits.input': limits?.input,
    'limits.output': limits?.output,
    'reasoning.type': reasoning?.type,
    ...Object.fromEntries(known),
  }
}
