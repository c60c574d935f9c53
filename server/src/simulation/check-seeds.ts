import { hash } from 'node:crypto'
import { simulateHistory } from './history.ts'
import { brokenIn } from './invariants/index.ts'
import type { Broken } from './invariants/index.ts'
import type { Sabotage } from './sabotage.ts'
import { SimulatedStore } from './simulated-store.ts'
import { printEntry, printTrace } from './trace.ts'
import type { Trace } from './trace.ts'

/** What a history came to: its digest, and the first rule that it broke, with the lines that led to it. */
export interface Checked {
  readonly seed: number
  readonly digest: string
  readonly broken: string | null
}

const linesBefore = 25

export async function checkSeed(seed: number, store: SimulatedStore, sabotage?: Sabotage): Promise<Checked> {
  const trace = await simulateHistory(seed, store, sabotage)
  const [first] = brokenIn(trace)
  return { seed, digest: hash('sha1', printTrace(trace)), broken: first ? report(seed, trace, first) : null }
}

/** The seeds from `from` up to, but not with, `to`; one digest over all of their traces. */
export async function checkSeeds(
  from: number,
  to: number,
): Promise<{ readonly histories: number; readonly digest: string; readonly broken: readonly string[] }> {
  const store = await SimulatedStore.create()
  const checked: Checked[] = []
  for (let seed = from; seed < to; seed++) checked.push(await checkSeed(seed, store))
  store.close()
  return {
    histories: checked.length,
    digest: hash('sha1', checked.map(({ digest }) => digest).join('\n')),
    broken: checked.flatMap(({ broken }) => broken ?? []),
  }
}

const commandFor = (seed: number): string =>
  `node --conditions=@sluice/source server/src/simulation/run-seed.ts ${seed}`

function report(seed: number, trace: Trace, { invariant, at, how }: Broken): string {
  const led = trace.slice(Math.max(0, at - linesBefore), at + 1).map((entry) => printEntry(entry).slice(0, 400))
  return [
    `Seed ${seed} breaks ${invariant.id}: ${how}`,
    `  ${invariant.sentence}`,
    `  The whole of it: ${commandFor(seed)}`,
    ...led.map((line) => `  ${line}`),
  ].join('\n')
}
