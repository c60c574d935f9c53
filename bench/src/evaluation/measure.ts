import type { Prepared } from './peer.ts'
import { pairMask, pairsOf } from './scenario.ts'
import type { Scenario } from './scenario.ts'

/** CPU time of this process, its collector and compiler included, in nanoseconds. */
export function cpuNs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}

const warmUpNs = 120e6
const leastSampleNs = 8e6
const samples = 15

/** Where results go, so that no evaluation is left out. */
const sink = { on: 0 }
export const sinkValue = (): number => sink.on

/** CPU nanoseconds for one call of `work` when it is called `n` times: of 15 samples the third smallest. */
export async function timeOf(work: (n: number) => void | Promise<void>): Promise<number> {
  let n = 64
  const warmUntil = cpuNs() + warmUpNs
  while (cpuNs() < warmUntil) await work(n)
  for (let took = 0; took < leastSampleNs;) {
    const before = cpuNs()
    await work(n)
    took = cpuNs() - before
    if (took < leastSampleNs) n *= 2
  }
  const times: number[] = []
  for (let i = 0; i < samples; i++) {
    const before = cpuNs()
    await work(n)
    times.push((cpuNs() - before) / n)
  }
  return times.toSorted((a, b) => a - b)[2] as number
}

/** Evaluations in the scenario's order of pairs. */
export function runner(
  { evaluate }: Prepared,
  scenario: Scenario,
  isAsync: boolean,
): (n: number) => void | Promise<void> {
  const { flag, user } = pairsOf(scenario)
  let at = 0
  if (isAsync)
    return async (n) => {
      for (let i = 0; i < n; i++, at = (at + 1) & pairMask)
        if (await evaluate(flag[at] as number, user[at] as number)) sink.on += 1
    }
  return (n) => {
    for (let i = 0; i < n; i++, at = (at + 1) & pairMask)
      if (evaluate(flag[at] as number, user[at] as number)) sink.on += 1
  }
}

declare const gc: () => void

/** Bytes that an evaluation leaves behind, over 10 x 20,000 of them; needs `--expose-gc`. */
export async function bytesOf(work: (n: number) => void | Promise<void>): Promise<number> {
  await work(20_000)
  const grown: number[] = []
  for (let round = 0; round < 10; round++) {
    gc()
    const before = process.memoryUsage().heapUsed
    await work(20_000)
    grown.push((process.memoryUsage().heapUsed - before) / 20_000)
  }
  return Math.max(0, grown.toSorted((a, b) => a - b)[4] as number)
}
