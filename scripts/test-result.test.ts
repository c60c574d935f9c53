import { expect, test } from 'vitest'
// @ts-expect-error A script that runs before anything is installed has no types.
import { countOf, coverageFaults, requirements } from './test-result.mjs'

const file = (status: string, ...titles: string[]) => ({
  status,
  assertionResults: titles.map((title) => ({ title, status })),
})
const report = (...testResults: ReturnType<typeof file>[]) => ({
  numPassedTests: testResults.filter(({ status }) => status === 'passed').length,
  numFailedTests: testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length > 0,
  ).length,
  testResults,
})

test('R106, B14: a failure is never printed as a success', () => {
  expect(countOf(report(file('passed', 'a')), 0)).toEqual({ passed: 1, failed: 0 })
  expect(countOf(report(file('failed', 'a')), 1)).toEqual({ passed: 0, failed: 1 })
  expect(countOf(report(file('passed', 'a'), file('failed')), 1)).toEqual({ passed: 1, failed: 1 })
  expect(countOf(report(file('passed', 'a')), 1)).toEqual({ passed: 1, failed: 1 })
})

test('every requirement has a test that passed, or a reason, and not both', () => {
  const all = requirements.map((id: string) => `${id}: it holds`)
  expect(coverageFaults(report(file('passed', ...all)), '')).toEqual([])
  const missing = coverageFaults(report(file('passed', ...all.slice(1))), '')
  expect(missing).toEqual(['R1 has no test that passed, and no reason in docs/declined.md'])
  expect(coverageFaults(report(file('passed', ...all.slice(1))), '- **R1** because')).toEqual([])
  expect(coverageFaults(report(file('passed', ...all)), '- **R1** because')).toEqual(['R1 is declined and has a test'])
  expect(coverageFaults(report(file('failed', all[0] ?? ''), file('passed', ...all.slice(1))), '')).toHaveLength(1)
  expect(coverageFaults(report(file('passed', ...all, 'R999: no')), '')).toEqual(['R999 is no requirement'])
})
