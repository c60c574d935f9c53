import type { Suite } from '../suite.ts'
import { figuresText, isMet } from './figure.ts'
import { importFigures } from './imports.ts'
import { lookupFigures } from './lookups.ts'

/** Models and prices: whole files in, reads in process. */
export const suite: Suite = async ({ repetitions, only, tell }) => {
  const parts = {
    imports: () => importFigures(tell),
    lookups: () => lookupFigures(repetitions ?? 50, tell),
  }
  const chosen = Object.entries(parts).filter(([name]) => only === null || name.includes(only))
  const figures = []
  for (const [, run] of chosen) figures.push(...(await run()))
  return {
    text: figuresText(figures),
    figures: figures.map(({ limit, ...figure }) => ({ ...figure, goal: limit, met: isMet({ ...figure, limit }) })),
    missed: figures.filter((figure) => !isMet(figure)).length,
  }
}
