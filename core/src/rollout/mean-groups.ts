import { bettingIncrements, emptyHistogram, addValues, quantile } from '../statistics/index.ts'
import type { Arm, Claim, Histogram, ValueRow } from '../statistics/index.ts'
import { metricOf } from './guardrail-test.ts'
import type { Guardrail } from './plan.ts'

/** What values come to, by where they are cut: a multiple of the bound. */
type Cut = Readonly<Record<number, number>>

interface OpenGroup {
  readonly nT: number
  readonly nC: number
  /** Sums of values cut at the upper and at the lower bound, or beyond it. */
  readonly highT: number
  readonly highC: Cut
  readonly lowT: Cut
  readonly lowC: number
}

/** A finished group: means of values cut at either bound, or beyond it. */
interface Group {
  readonly nT: number
  readonly nC: number
  readonly high: { readonly T: number; readonly C: Cut }
  readonly low: { readonly T: Cut; readonly C: number }
}

interface Bounds {
  readonly high: number
  readonly low: number
}

/** Which multiples of the bounds the claims on either side need. */
export interface Cuts {
  readonly high: readonly number[]
  readonly low: readonly number[]
}

/**
 * Amounts are compared by groups of units: consecutive parts of blocks until there are enough of either arm. Values are cut
 * at a bound fixed before they are seen, so that one huge value cannot decide.
 */
export interface MeanGroups {
  /** Where values are cut: `high` (p99 of the baseline) for claims of more, `low` (p95) for claims of less; null: not yet known. */
  readonly bounds: Bounds | null
  readonly seen: Histogram
  /** By origin: known in the attempt before this stage or not. */
  readonly open: readonly [OpenGroup, OpenGroup]
  /** The baseline's last groups. */
  readonly recent: readonly { readonly n: number; readonly mean: number }[]
}

const noGroup: OpenGroup = { nT: 0, nC: 0, highT: 0, highC: {}, lowT: {}, lowC: 0 }
const valuesForBounds = 30
const recentGroups = 20
const wanted = { C: 30, T: 3 } as const
const patienceBlocks = 60

export function startGroups(bound: number | null): MeanGroups {
  return {
    bounds: bound === null ? null : { high: bound, low: bound },
    seen: emptyHistogram,
    open: [noGroup, noGroup],
    recent: [],
  }
}

/** A new stay at a share: open groups are dropped, bounds are drawn anew where the metric has none by nature. */
export function regroup(groups: MeanGroups, guardrail: Guardrail, bound: number | null): MeanGroups {
  return {
    ...groups,
    open: [noGroup, noGroup],
    bounds: bound === null ? boundsFrom(groups.seen, guardrail) : groups.bounds,
  }
}

function boundsFrom(seen: Histogram, { compare, limit }: Guardrail): MeanGroups['bounds'] {
  if (seen.n < valuesForBounds) return null
  const floor = compare === 'absolute' ? 3 * limit : Number.MIN_VALUE
  return { high: Math.max(quantile(seen, 0.99) ?? 0, floor), low: Math.max(quantile(seen, 0.95) ?? 0, floor) }
}

/**
 * Where the side is cut that a ratio would make look better than it is, as a multiple of the bound; the other is cut at the
 * bound itself. A candidate that costs r times as much, call for call, has to look so after the cut too: with one bound, 1.5
 * times as much looks like 1.4, which would prove that it is below 1.5. So the candidate gets r times the room where its mean
 * is claimed to be below r times the baseline's, and the baseline 1/r times where it is claimed to be above; never less than
 * the bound, which only makes the claim harder. Where a metric has a bound by nature nothing is cut.
 */
export function cutFor(
  { compare, bound }: { readonly compare: Guardrail['compare']; readonly bound: number | null },
  claim: Claim,
  nullValue: number,
): number {
  if (compare === 'absolute' || bound !== null) return 1
  return Math.max(1, claim === 'higher' ? 1 / nullValue : nullValue)
}

export function cutsFor(guardrail: Guardrail, nulls: Readonly<Record<Claim, readonly number[]>>): Cuts {
  const { compare } = guardrail
  const { bound } = metricOf(guardrail)
  const distinct = (claim: Claim) => [
    ...new Set([1, ...nulls[claim].map((value) => cutFor({ compare, bound }, claim, value))]),
  ]
  return { high: distinct('higher'), low: distinct('lower') }
}

/** Takes a block's values; gives the groups that they finish. `age` is the block's number in its visit. */
export function group(
  groups: MeanGroups,
  values: readonly ValueRow[],
  guardrail: Guardrail,
  age: number,
  cuts: Cuts,
): { readonly groups: MeanGroups; readonly finished: readonly Group[] } {
  if (values.length === 0) return { groups, finished: [] }
  const seen = addValues(
    groups.seen,
    values.filter(({ arm }) => arm === 'C').map(({ value }) => value),
  )
  const { bounds } = groups
  if (!bounds) return { groups: { ...groups, seen, bounds: boundsFrom(seen, guardrail) }, finished: [] }
  const needT = age >= patienceBlocks ? 1 : wanted.T
  const finished: Group[] = []
  const open = ([0, 1] as const).map((origin) => {
    let current = groups.open[origin]
    for (let part = 0; part < 16; part++) {
      const rows = values.filter((row) => row.origin === origin && row.part === part)
      current = added(current, rows, bounds, cuts)
      if (current.nC < wanted.C || current.nT < needT) continue
      finished.push(closed(current))
      current = noGroup
    }
    return current
  })
  return { groups: { ...groups, seen, open: [open[0] ?? noGroup, open[1] ?? noGroup] }, finished }
}

function added(open: OpenGroup, rows: readonly ValueRow[], { high, low }: Bounds, cuts: Cuts): OpenGroup {
  if (rows.length === 0) return open
  const ofArm = (side: Arm) => rows.filter(({ arm }) => arm === side)
  const [T, C] = [ofArm('T'), ofArm('C')]
  const plus = (sum: number, more: readonly ValueRow[], bound: number): number =>
    more.reduce((total, { value }) => total + Math.min(value, bound), sum)
  const plusEach = (sums: Cut, more: readonly ValueRow[], bound: number, multiples: readonly number[]): Cut =>
    Object.fromEntries(multiples.map((cut) => [cut, plus(sums[cut] ?? 0, more, cut * bound)]))
  return {
    nT: open.nT + T.length,
    nC: open.nC + C.length,
    highT: plus(open.highT, T, high),
    highC: plusEach(open.highC, C, high, cuts.high),
    lowT: plusEach(open.lowT, T, low, cuts.low),
    lowC: plus(open.lowC, C, low),
  }
}

function closed({ nT, nC, highT, highC, lowT, lowC }: OpenGroup): Group {
  const over = (sums: Cut, n: number): Cut =>
    Object.fromEntries(Object.entries(sums).map(([cut, sum]) => [cut, sum / n]))
  return { nT, nC, high: { T: highT / nT, C: over(highC, nC) }, low: { T: over(lowT, nT), C: lowC / nC } }
}

/** The baseline's mean over the groups before this one; null before the first, which only seeds it. */
export function runningMean(groups: MeanGroups): number | null {
  const n = groups.recent.reduce((total, seen) => total + seen.n, 0)
  return n === 0 ? null : groups.recent.reduce((total, seen) => total + seen.n * seen.mean, 0) / n
}

export function remember(groups: MeanGroups, { nC, high }: Group): MeanGroups {
  return { ...groups, recent: [...groups.recent, { n: nC, mean: high.C[1] ?? 0 }].slice(-recentGroups) }
}

/**
 * ln of the factors of a finished group against a mean (or ratio of means) of at most (`higher`) or at least (`lower`)
 * `nullValue`. The worst case of each bet bounds it from below; for `higher` ratios that bound is 1.6 times the running
 * baseline mean, which a group's own mean hardly ever exceeds, and never below `leastWorst`: against a baseline of 0 there
 * would be nothing to bet with.
 */
export function meanIncrements(
  guardrail: Guardrail,
  claim: Claim,
  { nT, high, low }: Group,
  groups: MeanGroups,
  nullValue: number,
  leastWorst = 0,
): readonly number[] {
  const { compare } = guardrail
  const scale = Math.min(1, nT / 3)
  const cut = cutFor({ compare, bound: metricOf(guardrail).bound }, claim, nullValue)
  const running = runningMean(groups) ?? 0
  const bounds = groups.bounds ?? { high: 0, low: 0 }
  if (claim === 'higher') {
    if (compare === 'absolute') return bettingIncrements(high.T - nullValue, nullValue, scale)
    const against = nullValue * (high.C[cut] ?? 0)
    return bettingIncrements(high.T - against, Math.max(leastWorst, 1.6 * nullValue * running), scale)
  }
  const T = low.T[cut] ?? 0
  if (compare === 'absolute') {
    const worst = bounds.low - nullValue
    return worst <= 0 ? [] : bettingIncrements(nullValue - T, worst, scale)
  }
  return bettingIncrements(nullValue * low.C - T, cut * bounds.low, scale)
}
