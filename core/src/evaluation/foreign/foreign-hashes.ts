// Hashes of other systems, so that an imported flag keeps every unit where its source put it.
import { hashAfter, prefixOf } from '../murmur3.ts'

/** Places a unit on one of `total` places. */
export interface Placing {
  readonly total: number
  readonly place: (unit: string) => number
}

/** The string hash of Java on 32 bits, as `patch-mode-rollout` assigns its users. */
function java31(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return Math.abs(hash % 100)
}

/** The seed of Unleash's variants; its rollouts take 0. */
const unleashVariantSeed = 86_028_157

/** `of` is the total of the weights, where the source places units on that. */
export const foreignHashes: Readonly<Record<string, (salt: string, of: number) => Placing>> = {
  unleash: (salt) => {
    const prefix = prefixOf(`${salt}:`)
    return { total: 100, place: (unit) => (hashAfter(prefix, unit) >>> 0) % 100 }
  },
  'unleash-variant': (salt, of) => {
    const prefix = prefixOf(`${salt}:`, unleashVariantSeed)
    return { total: of, place: (unit) => (hashAfter(prefix, unit) >>> 0) % of }
  },
  java31: () => ({ total: 100, place: java31 }),
}
