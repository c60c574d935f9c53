/** ln of the sum of exp(values) and exp(one more), without overflow; -Infinity for none. */
export function logSumExp(values: readonly number[], oneMore = -Infinity): number {
  let largest = oneMore
  for (const value of values) if (value > largest) largest = value
  if (!Number.isFinite(largest)) return largest
  let sum = Math.exp(oneMore - largest)
  for (const value of values) sum += Math.exp(value - largest)
  return largest + Math.log(sum)
}
