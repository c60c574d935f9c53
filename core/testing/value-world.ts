import type { Block, ValueRow } from '../src/statistics/index.ts'
import { chance } from './random.ts'
import type { Chance } from './random.ts'

/** How amounts are spread: a long tail of this width, or the two values 1 and 3 times `scale`. */
export type Law =
  | { readonly sigma: number; readonly scale: number }
  | { readonly often3: number; readonly scale: number }

export interface ValueWorld {
  readonly blocks: number
  /** Units with a first amount in a block, on average. */
  readonly units: { readonly T: number; readonly C: number }
  readonly law: { readonly T: Law; readonly C: Law }
  /** By how much both arms grow in a block, as a factor. */
  readonly drift: number
}

const draw = (law: Law, luck: Chance): number =>
  'sigma' in law
    ? law.scale * Math.exp(law.sigma * luck.normal() - (law.sigma * law.sigma) / 2)
    : law.scale * (luck.next() < law.often3 ? 3 : 1)

/** Sealed blocks with the amounts of one metric, `latency_ms`. */
export function* valueWorld(world: ValueWorld, seed: number): Generator<Block> {
  const luck = chance(seed)
  for (let index = 0; index < world.blocks; index++) {
    const level = world.drift ** index
    const rows = { T: luck.poisson(world.units.T), C: luck.poisson(world.units.C) }
    const values = (['T', 'C'] as const).flatMap((arm) =>
      Array.from({ length: rows[arm] }, (): ValueRow => {
        const part = Math.floor(luck.next() * 16)
        return { arm, origin: luck.next() < 0.5 ? 0 : 1, part, value: level * draw(world.law[arm], luck) }
      }),
    )
    yield {
      index,
      rows,
      rowsOf: { latency_ms: rows },
      newUnits: rows,
      units: rows,
      crossed: 0,
      full: false,
      rates: {},
      values: { latency_ms: values },
      calls: {},
    }
  }
}
