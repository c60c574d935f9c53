import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Suite } from './suite.ts'

/** Each is loaded when it is asked for: a suite's peers may not be installed. */
const suites: Record<string, () => Promise<{ suite: Suite }>> = {
  catalogue: () => import('./catalogue/suite.ts'),
  decision: () => import('./decision/suite.ts'),
  evaluation: () => import('./evaluation/suite.ts'),
  server: () => import('./server/suite.ts'),
}

const help = `npm run bench -- <${[...Object.keys(suites), 'all'].join('|')}> [--json] [--reps N] [--seed N] [--only NAME] [--write]

  --json     print the figures as JSON on standard output; progress goes to standard error
  --reps N   repetitions of each measurement; more gives narrower limits
  --seed N   other random numbers, the same for the same N
  --only X   only what has X in its name
  --write    put tables and pictures into docs/benchmarks`

const options = {
  json: { type: 'boolean' },
  reps: { type: 'string' },
  seed: { type: 'string' },
  only: { type: 'string' },
  write: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    process.exit(2)
  }
}

const { values, positionals } = readArguments()
const names = positionals[0] === 'all' ? Object.keys(suites) : positionals
const unknown = names.find((name) => !(name in suites))
const repetitions = values.reps === undefined ? null : Number(values.reps)
const seed = values.seed === undefined ? null : Number(values.seed)
if (values.help || names.length === 0) {
  console.log(help)
} else if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}".\n\n${help}`)
  process.exitCode = 2
} else if (repetitions !== null && !(Number.isSafeInteger(repetitions) && repetitions > 0)) {
  console.error(`--reps takes a whole number above 0, not "${values.reps}".`)
  process.exitCode = 2
} else if (seed !== null && !(Number.isSafeInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
  console.error(`--seed takes a whole number from 0 to 4294967295, not "${values.seed}".`)
  process.exitCode = 2
} else {
  for (const name of names) {
    const { suite } = await (suites[name] as () => Promise<{ suite: Suite }>)()
    const tell = (line: string) => console.error(line)
    const report = await suite({ repetitions, only: values.only ?? null, ...(seed === null ? {} : { seed }), tell })
    console.log(values.json ? JSON.stringify(report.figures) : report.text)
    for (const { path, text } of values.write ? (report.files ?? []) : []) {
      const file = join(import.meta.dirname, '../..', path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    if (report.missed > 0) process.exitCode = 1
  }
}
