// Thresholds over windows of time, as the guides of the field use them. They count calls, not units, and promise nothing
// about how often a healthy rollout trips them.
import { emptyHistogram, mergeHistograms, quantile } from '../statistics/index.ts'
import type { Block, CallSums } from '../statistics/index.ts'
import { isRate, ledgerKey, tailOf } from './guardrail-test.ts'
import type { Guardrail, WindowTest } from './plan.ts'

/** What one window showed. `value` is in the limit's unit; null: too few calls, or nothing to compare with. */
export interface WindowResult {
  readonly T: { readonly n: number; readonly x: number; readonly value: number | null }
  readonly C: { readonly n: number; readonly x: number; readonly value: number | null }
  readonly value: number | null
}

/** What is remembered of the windows of one visit. */
export interface WindowEvidence {
  /** Number of the window that is open, counted from the start of the visit, and what it holds so far. */
  readonly number: number
  readonly T: CallSums
  readonly C: CallSums
  /** The last windows with data, the oldest first. */
  readonly results: readonly WindowResult[]
}

const noCalls: CallSums = { n: 0, x: 0, sum: 0, values: emptyHistogram }

export const startWindows: WindowEvidence = { number: 0, T: noCalls, C: noCalls, results: [] }

/** Folds a block into the window it lies in; `age` is the block's number in its visit. */
export function foldWindow(
  evidence: WindowEvidence,
  block: Block,
  guardrail: Guardrail,
  test: WindowTest,
  age: number,
): WindowEvidence {
  const number = Math.floor(age / test.blocks)
  const open = number > evidence.number ? { ...closed(evidence, guardrail, test), number } : evidence
  const calls = block.calls[ledgerKey(guardrail)]
  const held = calls ? { ...open, T: added(open.T, calls.T), C: added(open.C, calls.C) } : open
  // A count of nothing is known from calls that said nothing: the side's rows are what was looked at.
  const seen = guardrail.stat === 'count' ? withRows(held, open, block) : held
  return (age + 1) % test.blocks === 0 ? { ...closed(seen, guardrail, test), number: number + 1 } : seen
}

const added = (a: CallSums, b: CallSums): CallSums => ({
  n: a.n + b.n,
  x: a.x + b.x,
  sum: a.sum + b.sum,
  values: mergeHistograms(a.values, b.values),
})

const withRows = (held: WindowEvidence, before: WindowEvidence, { rows }: Block): WindowEvidence => ({
  ...held,
  T: { ...held.T, n: before.T.n + rows.T },
  C: { ...held.C, n: before.C.n + rows.C },
})

function closed(evidence: WindowEvidence, guardrail: Guardrail, test: WindowTest): WindowEvidence {
  const arm = (sums: CallSums) => ({ n: sums.n, x: sums.x, value: valueOf(guardrail, sums) })
  const [T, C] = [arm(evidence.T), arm(evidence.C)]
  const value = compared(guardrail, test, T, C)
  const results = value === null ? evidence.results : [...evidence.results, { T, C, value }].slice(-test.of)
  return { ...evidence, T: noCalls, C: noCalls, results }
}

function valueOf(guardrail: Guardrail, { n, x, sum, values }: CallSums): number | null {
  if (guardrail.stat === 'count') return x
  if (n === 0) return null
  if (isRate(guardrail)) return x / n
  return guardrail.stat === 'mean' ? sum / n : quantile(values, 1 - tailOf(guardrail))
}

function compared(
  { compare }: Guardrail,
  { minSamples }: WindowTest,
  T: WindowResult['T'],
  C: WindowResult['C'],
): number | null {
  if (T.n < minSamples || T.value === null || !Number.isFinite(T.value)) return null
  if (compare === 'absolute') return T.value
  if (C.n < minSamples || C.value === null || !(C.value > 0)) return null
  return T.value / C.value
}

/** How the windows stand: how many of the last are beyond the limit, and whether all of them meet the safe line. */
export interface WindowStanding {
  readonly beyond: number
  readonly seen: number
  readonly isBreach: boolean
  readonly isSafe: boolean
  readonly last: WindowResult | null
}

export function windowStanding(
  { results }: WindowEvidence,
  { limit, safe, direction }: Guardrail,
  { breach, of, ceiling }: WindowTest,
): WindowStanding {
  const isBeyond = (value: number, line: number) => (direction === 'over' ? value > line : value < line)
  const values = results.map(({ value }) => value ?? limit)
  const beyond = values.filter((value) => isBeyond(value, limit)).length
  const last = results.at(-1) ?? null
  const wall = ceiling === null ? null : direction === 'over' ? limit * ceiling : limit / ceiling
  const isOverWall = wall !== null && last !== null && isBeyond(last.value ?? limit, wall)
  return {
    beyond,
    seen: results.length,
    isBreach: beyond >= breach || isOverWall,
    isSafe: results.length >= of && values.every((value) => !isBeyond(value, safe)),
    last,
  }
}
