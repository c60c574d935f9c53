import { parseArgs } from 'node:util'
import type { Suite } from './suite.ts'

/** Each is loaded when it is asked for: a suite's peers may not be installed. */
const suites: Record<string, () => Promise<{ suite: Suite }>> = {
  server: () => import('./server/suite.ts'),
  catalogue: () => import('./catalogue/suite.ts'),
}

const help = `npm run bench -- <${[...Object.keys(suites), 'all'].join('|')}> [--json] [--reps N] [--only NAME]

  --json     print the figures as JSON on standard output; progress goes to standard error
  --reps N   repetitions of each measurement; more gives narrower limits
  --only X   only what has X in its name`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, reps: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean' } },
})
const names = positionals[0] === 'all' ? Object.keys(suites) : positionals
const unknown = names.find((name) => !(name in suites))
const repetitions = values.reps === undefined ? null : Number(values.reps)
if (values.help || names.length === 0) {
  console.log(help)
} else if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}".\n\n${help}`)
  process.exitCode = 2
} else if (repetitions !== null && !(Number.isSafeInteger(repetitions) && repetitions > 0)) {
  console.error(`--reps takes a whole number above 0, not "${values.reps}".`)
  process.exitCode = 2
} else {
  for (const name of names) {
    const { suite } = await (suites[name] as () => Promise<{ suite: Suite }>)()
    const options = { repetitions, only: values.only ?? null, tell: (line: string) => console.error(line) }
    const report = await suite(options)
    console.log(values.json ? JSON.stringify(report.figures) : report.text)
    if (report.missed > 0) process.exitCode = 1
  }
}
