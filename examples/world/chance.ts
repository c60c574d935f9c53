import { murmur3 } from '@sluice/core/evaluation'

/** A number in [0, 1) that depends on its purpose and number alone: the same story at every run. */
export const chance = (purpose: string, index: number): number => murmur3(`${purpose}:${index}`, 7) / 2 ** 32

/** A latency around `typicalMs` with a tail to the right, as calls of a model have it. */
export function latencyAround(typicalMs: number, purpose: string, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - chance(`${purpose}-radius`, index)))
  const normal = radius * Math.cos(2 * Math.PI * chance(`${purpose}-angle`, index))
  return Math.round(typicalMs * Math.exp(0.25 * normal))
}
