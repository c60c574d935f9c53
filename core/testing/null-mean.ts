/**
 * A promise of e-values: stopped at any time that does not look ahead, their mean is at most 1. The harshest stop is the
 * first time they reach 100; cutting them there keeps the mean below 1 and makes it measurable in few runs.
 */
const cap = 100

export interface NullMean {
  readonly mean: number
  /** Four standard errors above 1, and room for losses so rare that no run saw one: true e-values hardly ever exceed it. */
  readonly bound: number
}

/** Mean over `runs` of the cut e-value at a random time, or when it first reached the cap. `logEs` gives ln E block by block. */
export function nullMean(
  runs: number,
  logEs: (run: number) => Iterable<number>,
  stopAt: (run: number) => number,
): NullMean {
  let sum = 0
  let squares = 0
  for (let run = 0; run < runs; run++) {
    let value = 1
    let left = stopAt(run)
    for (const logE of logEs(run)) {
      value = Math.min(cap, Math.exp(logE))
      if (value >= cap || left-- <= 0) break
    }
    sum += value
    squares += value * value
  }
  const mean = sum / runs
  const error = Math.sqrt(Math.max(0, squares / runs - mean * mean) / runs)
  return { mean, bound: 1 + 4 * error + 8 / runs }
}
