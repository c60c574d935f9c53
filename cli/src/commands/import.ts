import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { ConfigFile, ConfigPlan, FlagRecord } from '@sluice/contract'
import type { FlagSet } from '@sluice/core/evaluation'
import {
  type ImportNote,
  type ImportResult,
  type ImportedFlags,
  importUnleash,
  importWhitelistJson,
} from '@sluice/core/formats'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import { readJson } from '../read-json.ts'
import { compileRegex } from '../regex.ts'

const options = {
  env: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  out: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

const usage = `sluice import whitelist-json|unleash FILE [--env NAME] [--dry-run] [--out FLAGS.json] [--json]

Brings the flags of another system here. Every unit keeps the side it is on: the source's own hash goes on.

  whitelist-json   {"my_flag": {"enabled": true, "rolloutPercentage": 10, "whitelist": [], "blacklist": []}}
  unleash          the answer of Unleash to GET /api/client/features
  --env NAME       the environment (production, or SLUICE_ENVIRONMENT)
  --dry-run        only the report
  --out PATH       write a flag set to a file instead, for sluice evaluate or a client's bootstrap
  --reason TEXT    kept in the log
  --json           the report as JSON on stdout

The report says what could not be carried over exactly. It all comes in or nothing does; a flag or segment that is there already is never changed.`

const readers: Readonly<Record<string, (input: unknown) => ImportResult>> = {
  'whitelist-json': importWhitelistJson,
  unleash: (input) => importUnleash(input, compileRegex),
}

/** `sluice import`: the flags of another system. */
export const importCommand: Command = {
  name: 'import',
  summary: 'bring flags of another system here, every unit on its side',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const [format = '', path, ...extra] = positionals
    const read = Object.hasOwn(readers, format) ? readers[format] : undefined
    if (!read || path === undefined || extra.length > 0)
      throw new UsageError(`Expected a format (${Object.keys(readers).join(', ')}) and a file.`)
    const imported = flagsOf(read(await readJson(path)), path)
    const report = (done: string) =>
      output.out(values.json ? JSON.stringify(reportOf(imported, done)) : reportText(imported, done))
    if (values.out !== undefined) {
      await writeFile(values.out, `${JSON.stringify(flagSetOf(imported), null, 2)}\n`)
      report(`Written to ${values.out}.`)
    } else if (values['dry-run']) report('Nothing was changed.')
    else report(await send(imported, values.env, values.reason ?? `imported from ${format}`))
    return exitCodes.ok
  },
}

function flagsOf(result: ImportResult, path: string): ImportedFlags {
  if (result.ok) return result.imported
  const faults = result.problems.map(({ pointer, message }) => `  ${pointer || '(whole file)'}: ${message}`)
  throw new Error([`${path} cannot be imported; nothing was changed.`, ...faults].join('\n'))
}

const flagSetOf = ({ flags, segments }: ImportedFlags): FlagSet => ({
  schema: 1,
  env: 'import',
  epoch: 'import',
  revision: 1,
  flagCount: Object.keys(flags).length,
  flags,
  ...(Object.keys(segments).length === 0 ? {} : { segments }),
})

/** All of it or nothing, and nothing that is there already is changed. */
async function send({ flags, segments }: ImportedFlags, env: string | undefined, reason: string): Promise<string> {
  const connection = connect(env)
  const file: ConfigFile = {
    version: 1,
    environment: connection.environment,
    segments: segments as unknown as ConfigFile['segments'],
    flags: flags as unknown as ConfigFile['flags'],
    rollouts: {},
  }
  const { items } = await connection.inside<{ items: FlagRecord[] }>('GET', '/flags')
  refuseTaken(
    'flags',
    items.map(({ key }) => key).filter((key) => Object.hasOwn(flags, key)),
    connection.environment,
  )
  const plan = await connection.inside<ConfigPlan>('POST', '/config/plan', file)
  // A segment that says the same is no change: both sources mean one thing by that name.
  const changed = plan.changes.filter(({ kind, op }) => kind === 'segment' && op !== 'create')
  refuseTaken(
    'other segments',
    changed.map(({ key }) => key),
    connection.environment,
  )
  const query = new URLSearchParams({ revision: String(plan.revision), reason })
  const { revision } = await connection.inside<ConfigPlan>('POST', `/config/apply?${query}`, file)
  return `Imported into ${connection.environment}, revision ${revision}.`
}

function refuseTaken(what: string, names: readonly string[], environment: string): void {
  if (names.length === 0) return
  throw new Error(
    `${environment} has ${what} of these names already: ${names.slice(0, 10).join(', ')}. Nothing was changed. Delete them first, or take them out of the file.`,
  )
}

const reportOf = ({ flags, segments, notes }: ImportedFlags, done: string) => ({
  done,
  flags: Object.keys(flags),
  segments: Object.keys(segments),
  notes,
})

const titles: Readonly<Record<ImportNote['effect'], string>> = {
  off: 'Not carried over, and lets nobody in:',
  differs: 'Not quite the same:',
  dropped: 'Left out, and never changed an answer:',
}

function reportText({ flags, segments, notes }: ImportedFlags, done: string): string {
  const named = Object.keys(segments).length
  const of = (effect: ImportNote['effect']): string[] => {
    const lines = notes
      .filter((note) => note.effect === effect)
      .map(({ flag, sentence }) => `  ${flag ?? '(file)'}: ${sentence}`)
    return lines.length === 0 ? [] : [titles[effect], ...lines]
  }
  const notExact = new Set(notes.filter(({ effect }) => effect !== 'dropped').map(({ flag }) => flag)).size
  return [
    ...of('off'),
    ...of('differs'),
    ...of('dropped'),
    `${Object.keys(flags).length} flags${named > 0 ? ` and ${named} segments` : ''}; ${notExact === 0 ? 'all answer as their source does' : 'what is not named above answers as its source does'}.`,
    done,
  ].join('\n')
}
