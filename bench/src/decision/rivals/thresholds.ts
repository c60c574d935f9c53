import { blocksPerMinute } from '../plans.ts'
import { lastBlocks, sinceStage } from './rule.ts'
import type { Rule } from './rule.ts'

/** More than 5 % of the stage's calls failed, once there are enough of them. */
const sinceStageBegan = (fewest: number): Rule => ({
  name: `threshold: > 5 % since stage start, n >= ${fewest}`,
  start: () => {
    const stage = sinceStage()
    return (seen) => {
      const { nT, xT } = stage(seen)
      return nT >= fewest && xT > 0.05 * nT
    }
  },
})

/** More than 5 % in the last minute. */
const inAMinute = (fewest: number): Rule => ({
  name: `threshold: > 5 % in 60 s, n >= ${fewest}`,
  start: () => {
    const minute = lastBlocks(blocksPerMinute)
    return (seen) => {
      const { nT, xT } = minute(seen)
      return nT >= fewest && xT > 0.05 * nT
    }
  },
})

/** A multiple of the baseline's rate since the stage began. */
const timesBaseline = (times: number, fewest: number): Rule => ({
  name: `threshold: > ${times}x the baseline since stage start, n >= ${fewest}`,
  start: () => {
    const stage = sinceStage()
    return (seen) => {
      const { nT, xT, nC, xC } = stage(seen)
      return nT >= fewest && nC > 0 && xT / nT > (times * xC) / nC && xT > 0
    }
  },
})

/** So many checks of a minute in a row, as probes do. */
const inARow: Rule = {
  name: 'threshold: 3 failing checks of 60 s in a row',
  start: () => {
    const minute = lastBlocks(blocksPerMinute)
    let failed = 0
    return (seen) => {
      const { nT, xT } = minute(seen)
      if ((seen.index + 1) % blocksPerMinute > 0) return false
      failed = nT > 0 && xT > 0.05 * nT ? failed + 1 : 0
      return failed >= 3
    }
  },
}

/** Checks a minute; failed ones, and those without traffic, add up and never reset. */
const flagger = (most: number): Rule => ({
  name: `Flagger-style, threshold ${most}`,
  start: () => {
    const minute = lastBlocks(blocksPerMinute)
    let failed = 0
    return (seen) => {
      const { nT, xT } = minute(seen)
      if ((seen.index + 1) % blocksPerMinute > 0) return false
      if (nT === 0 || xT > 0.05 * nT) failed += 1
      return failed >= most
    }
  },
})

export const thresholdRules: readonly Rule[] = [
  ...[1, 50, 100].map(sinceStageBegan),
  ...[10, 30].map(inAMinute),
  timesBaseline(1.5, 50),
  timesBaseline(1.5, 200),
  timesBaseline(2, 100),
  inARow,
  flagger(5),
  flagger(10),
]
