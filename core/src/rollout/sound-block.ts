import { isCount } from '../statistics/index.ts'
import type { Block, PerArm } from '../statistics/index.ts'

const isPair = (pair: PerArm | undefined): boolean => pair === undefined || (isCount(pair.T) && isCount(pair.C))

/**
 * Whether all that a block says of one metric are numbers that can be: finite, not negative, no more failures than units at
 * risk. A first failure may come in a later block than its unit's exposure, so those are not compared.
 */
export function isSound(block: Block, key: string): boolean {
  const rate = block.rates[key]
  const calls = block.calls[key]
  const pairs = [block.rows, block.newUnits, block.units, block.rowsOf[key], rate?.exposed]
  if (!pairs.every(isPair)) return false
  for (const { nT, xT, nC, xC } of [...(rate?.atRisk ?? []), ...(rate?.settled ?? [])])
    if (!(isCount(nT) && isCount(nC) && isCount(xT) && isCount(xC) && xT <= nT && xC <= nC)) return false
  for (const { n, x } of rate ? [rate.first.T, rate.first.C, rate.firstSettled] : [])
    if (!(isCount(n) && isCount(x))) return false
  for (const { n, x, sum } of calls ? [calls.T, calls.C] : [])
    if (!(isCount(n) && isCount(x) && sum >= 0 && sum < Infinity)) return false
  return (block.values[key] ?? []).every(({ value }) => value >= 0 && value < Infinity)
}
