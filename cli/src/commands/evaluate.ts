import { createReadStream } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { CaseEvaluator } from '../evaluate/case-evaluator.ts'
import { exitCodes } from '../exit-codes.ts'
import { readLines } from '../read-lines.ts'

const options = { cases: { type: 'string' }, now: { type: 'string' } } as const

const usage = `sluice evaluate --cases FILE.ndjson [--now TIME]

Evaluates flags offline, a line for a line.

  --cases   NDJSON, a line a case: {"flags": a flag set or the path of one, "flag": "my-flag", "context": {…}, "default"?: …};
            - reads from standard input, and paths count from the file
  --now     the time for rules on $now, such as 2026-11-20T10:00:00Z; the clock unless said

Each line is answered by {"value", "variant", "reason", "rule"?, "errorCode"?}, the reason as OpenFeature names it.
A line that cannot be read, or in which a name stands twice, is answered by an error, and the next one goes on.`

const linesAtOnce = 1000

/** `sluice evaluate`: the evaluator over a file of cases. */
export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'evaluate cases offline, in bulk',
  usage,
  options,
  async run(args, output) {
    const { values } = parseArgs({ args: [...args], options })
    const { cases, now = new Date().toISOString() } = values
    if (cases === undefined) throw new UsageError('Expected --cases FILE.ndjson.')
    const nowMs = Date.parse(now)
    if (Number.isNaN(nowMs)) throw new UsageError(`Expected --now as 2026-11-20T10:00:00Z; got "${now}".`)
    const isStandard = cases === '-'
    const input = isStandard ? process.stdin : createReadStream(cases)
    const evaluator = new CaseEvaluator({ folder: isStandard ? process.cwd() : dirname(resolve(cases)), nowMs })
    let answers: string[] = []
    const write = () => {
      if (answers.length > 0) output.out(answers.join('\n'))
      answers = []
    }
    await opened(input, cases)
    for await (const line of readLines(input)) {
      // A byte order mark belongs to the file, and `trim` takes it for a space.
      const text = line?.trim() ?? null
      if (text === '') continue
      answers.push(JSON.stringify(evaluator.answer(text)))
      if (answers.length >= linesAtOnce) write()
    }
    write()
    return exitCodes.ok
  },
}

/** A file that is not there is told before anything is read from it. */
async function opened(input: NodeJS.ReadableStream, path: string): Promise<void> {
  if (input === process.stdin) return
  await new Promise<void>((done, fail) => {
    input.once('open', () => done())
    input.once('error', (error: Error) => fail(new Error(`Cannot read ${path}: ${error.message}`)))
  })
}
