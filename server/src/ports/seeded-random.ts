import { createRandom, type Random } from './random.ts'

/** The same ids and salts on every run, for tests and for the demo. Never for secrets that guard anything. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const nextByte = (): number => {
    // splitmix32: one addition and three mixing steps per draw.
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) & 0xff
  }
  return createRandom((count) => Uint8Array.from({ length: count }, nextByte))
}
