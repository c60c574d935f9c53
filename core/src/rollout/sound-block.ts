import { isCount } from '../statistics/index.ts'
import type { Block, Counts, FirstCounts, PerArm, RateBlock } from '../statistics/index.ts'

const isPair = (pair: PerArm | undefined): boolean => pair === undefined || (isCount(pair.T) && isCount(pair.C))

const isSoundStratum = ({ nT, xT, nC, xC }: Counts): boolean =>
  isCount(nT) && isCount(nC) && isCount(xT) && isCount(xC) && xT <= nT && xC <= nC

const isSoundFirst = ({ n, x }: FirstCounts): boolean => isCount(n) && isCount(x)

const isSoundRate = ({ exposed, atRisk, settled, first, firstSettled }: RateBlock): boolean =>
  isPair(exposed) &&
  atRisk.every(isSoundStratum) &&
  settled.every(isSoundStratum) &&
  isSoundFirst(first.T) &&
  isSoundFirst(first.C) &&
  isSoundFirst(firstSettled)

/**
 * Whether all that a block says of one metric are numbers that can be: finite, not negative, no more failures than units at
 * risk. A first failure may come in a later block than its unit's exposure, so those are not compared.
 */
export function isSound(block: Block, key: string): boolean {
  const rate = block.rates[key]
  const calls = block.calls[key]
  const { rows, newUnits, units, rowsOf } = block
  if (!(isPair(rows) && isPair(newUnits) && isPair(units) && isPair(rowsOf[key]))) return false
  if (rate && !isSoundRate(rate)) return false
  for (const { n, x, sum } of calls ? [calls.T, calls.C] : [])
    if (!(isCount(n) && isCount(x) && sum >= 0 && sum < Infinity)) return false
  return (block.values[key] ?? []).every(({ value }) => value >= 0 && value < Infinity)
}
