import { expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { excess } from './goals.ts'
import { healthyStudies } from './healthy.ts'
import { studyNamed } from './studies.ts'
import { Answers, firstSeedOf } from './study.ts'
import type { Study } from './study.ts'

// The benchmark in small: whether a change of the engine broke its promises, in seconds.

function answersOf(study: Study, runs: number): Answers {
  const firstSeed = firstSeedOf(study.name)
  const rows = Array.from({ length: runs }, (_, i) => study.run(firstSeed + i))
  return new Answers(study, firstSeed, Float64Array.from(rows.flat()))
}

/** What a rate of 1 % gives at most, but for four standard errors of luck. */
const mostOf = (runs: number): number => 0.01 * runs + 4 * Math.sqrt(0.01 * runs)

const timeout = scale(180_000, 3_600_000)

test('healthy rollouts are rolled back in 1 % at most', { timeout }, () => {
  const study = studyNamed('N1 base 2 %')
  const runs = scale(2000, 20_000)
  expect(answersOf(study, runs).count('rolledBack')).toBeLessThanOrEqual(mostOf(runs))
})

test('so they are over all nuisances together', { timeout }, () => {
  const runs = scale(6, 600)
  const counts = healthyStudies.map((study) => answersOf(study, runs).count('rolledBack'))
  const all = counts.reduce((sum, count) => sum + count, 0)
  expect(all).toBeLessThanOrEqual(mostOf(runs * healthyStudies.length))
})

test.each(excess.map(({ needs: [need], row }) => [need?.study ?? '', row] as const))(
  'the excess failures of %s stay within their goal',
  { timeout },
  (name, row) => {
    const runs = scale(2000, 20_000)
    const answers = answersOf(studyNamed(name), runs)
    const values = answers.column('excess')
    const mean = answers.mean('excess')
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / runs
    const { limit } = row(() => answers)
    expect(mean - 3 * error).toBeLessThanOrEqual(limit ?? 0)
    expect(answers.count('found')).toBe(runs)
  },
)
