// What the run of the tests comes to: counts, and whether every requirement has a test or a reason.

const numbers = (letter, last) => Array.from({ length: last }, (_, i) => `${letter}${i + 1}`)

/** What the guides ask for (R) and what they get wrong (B), by number. */
export const requirements = [...numbers('R', 106), 'R65a', 'R98a', ...numbers('B', 44)]

/** The numbers that a test's title begins with: `R27, B25: …`. */
export const idsOf = (title) => /^((?:[RB]\d+[a-z]?)(?:, [RB]\d+[a-z]?)*):/.exec(title)?.[1].split(', ') ?? []

/** Faults of the coverage: numbers with neither a passed test nor a line in `declined`, or with both, or unknown. */
export function coverageFaults(report, declinedText) {
  const titles = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const named = new Set(titles.flatMap(({ title }) => idsOf(title)))
  const passed = new Set(titles.filter(({ status }) => status === 'passed').flatMap(({ title }) => idsOf(title)))
  const declined = new Set([...declinedText.matchAll(/^- \*\*([RB]\d+[a-z]?)\*\*/gm)].map(([, id]) => id))
  return [
    ...requirements
      .filter((id) => !passed.has(id) && !declined.has(id))
      .map((id) => `${id} has no test that passed, and no reason in docs/declined.md`),
    ...[...declined].filter((id) => passed.has(id)).map((id) => `${id} is declined and has a test`),
    ...[...named, ...declined].filter((id) => !requirements.includes(id)).map((id) => `${id} is no requirement`),
  ]
}

/** Counts of a run. A file that cannot be loaded has no test of its own to count; a run without a test has failed. */
export function countOf(report, status) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  const failed = report.numFailedTests + broken
  return { passed: report.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed }
}
