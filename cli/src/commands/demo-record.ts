import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

const options = { scenario: { type: 'string', default: 'bad' }, seed: { type: 'string', default: '1' } } as const

const usage = `sluice demo record PLAN.json FILE.ndjson [--scenario bad|good|silence|no-savings|worse-answers] [--seed N]

Writes an hour of real LLM traffic (arrival times and token counts of the Azure LLM inference trace 2023) with simulated users
and outcomes, and a plan to run over it:

  sluice demo record plan.json calls.ndjson
  sluice simulate plan.json --observations calls.ndjson`

/** `sluice demo record`: something real to try `simulate` on. */
export const demoRecordCommand: Command = {
  name: 'demo record',
  summary: 'write an hour of real traffic to try simulate on',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const [planFile, callsFile, ...extra] = positionals
    if (planFile === undefined || callsFile === undefined || extra.length > 0)
      throw new UsageError('Expected two file names: the plan and the recording.')
    const { demoPlan, readTrace, recordObservations, scenarios, traceCredit } = await import('@sluice/demo')
    const scenario = Object.values(scenarios).find(({ name }) => name === values.scenario)
    if (!scenario)
      throw new UsageError(
        `Expected --scenario as one of ${Object.keys(scenarios).join(', ')}; got "${values.scenario}".`,
      )
    const seed = Number(values.seed)
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new UsageError(`Expected --seed as a whole number; got "${values.seed}".`)
    const lines = [...recordObservations(await readTrace(), scenario, seed)]
    await writeFile(planFile, `${JSON.stringify(demoPlan, null, 2)}\n`)
    await writeFile(callsFile, `${lines.join('\n')}\n`)
    output.err(
      `${lines.length} calls of scenario "${scenario.name}": ${scenario.story}. Arrivals and tokens are real, users and outcomes simulated.\n${traceCredit}`,
    )
    output.err(`Next: sluice simulate ${planFile} --observations ${callsFile}`)
    return exitCodes.ok
  },
}
