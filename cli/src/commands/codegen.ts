import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { flagTypesText } from '../codegen/flag-types.ts'
import type { NamedFlag } from '../codegen/flag-types.ts'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { readConfigFile } from '../config-file.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'

const options = {
  env: { type: 'string' },
  out: { type: 'string' },
  check: { type: 'boolean', default: false },
} as const

const usage = `sluice codegen [FILE] [--out flags.d.ts] [--check]

  FILE           a sluice.yaml; else the flags that the server has
  --out PATH     where the types go (stdout unless said); TypeScript must include it
  --check        write nothing; 6 when the file at --out is not what it would be
  --env NAME     production unless said (or SLUICE_ENVIRONMENT)

With the types in your project every method of the SDK takes these keys, values and variants only: a flag that is gone
fails the compiler. A server key is enough.`

/** `sluice codegen`: types for the flags of a project. */
export const codegenCommand: Command = {
  name: 'codegen',
  summary: 'TypeScript types for your flags',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    if (positionals.length > 1) throw new UsageError('Expected one FILE at most.')
    if (values.check && values.out === undefined) throw new UsageError('--check needs the file: --out PATH.')
    const flags = await readFlags(positionals[0], values.env)
    const text = flagTypesText(flags)
    const count = Object.keys(flags).length
    if (values.out === undefined) output.out(text.trimEnd())
    else if (values.check) {
      if ((await readFile(values.out, 'utf8').catch(() => null)) === text) return exitCodes.ok
      output.err(`${values.out} is not what the flags are. Next: sluice codegen --out ${values.out}`)
      return exitCodes.changes
    } else {
      await mkdir(dirname(values.out), { recursive: true })
      await writeFile(values.out, text)
      output.err(`${values.out}: ${count} ${count === 1 ? 'flag' : 'flags'}`)
    }
    return exitCodes.ok
  },
}

async function readFlags(
  path: string | undefined,
  environment: string | undefined,
): Promise<Record<string, NamedFlag>> {
  if (path !== undefined) return (await readConfigFile(path)).config.flags as unknown as Record<string, NamedFlag>
  const { flags } = await connect(environment).inside<{ flags: Record<string, NamedFlag> }>('GET', '/snapshot')
  return flags
}
