import { parseArgs } from 'node:util'
import type { FlagRecord } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Command, Output } from '../command.ts'
import { connect } from '../connection.ts'
import type { Connection } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import { readJson } from '../read-json.ts'

const usage = `sluice flag ls
sluice flag get KEY
sluice flag create KEY                     a boolean flag, on and off
sluice flag set KEY FILE.json              the whole flag from a file ("-" for stdin)
sluice flag on|off KEY                     the kill switch
sluice flag include KEY UNIT VARIANT       this unit gets that variant
sluice flag exclude KEY UNIT
sluice flag explain KEY UNIT               why this unit gets what it gets
sluice flag rm KEY

  --env NAME     production unless said (or SLUICE_ENVIRONMENT)
  --reason TEXT  kept in the log
  --json         one JSON document on stdout

SLUICE_URL and SLUICE_KEY say which server.`

interface Entry {
  readonly unit: string
  readonly variant?: string
}

type Verb = (to: Connection, args: readonly string[], query: string) => Promise<unknown>

const path = (key: string | undefined): string => {
  if (key === undefined || key === '') throw new UsageError('Expected the key of a flag.')
  return `/flags/${encodeURIComponent(key)}`
}

const needed = (value: string | undefined, what: string): string => {
  if (value === undefined) throw new UsageError(`Expected ${what}.`)
  return value
}

/** Puts a unit on one list and takes it off the other. */
async function list(
  to: Connection,
  key: string | undefined,
  query: string,
  entry: Entry,
  on: 'include' | 'exclude',
): Promise<unknown> {
  const { flag } = await to.inside<FlagRecord>('GET', path(key))
  const without = (name: 'include' | 'exclude') =>
    ((flag[name] as Entry[] | undefined) ?? []).filter(({ unit }) => unit !== entry.unit)
  const lists = { include: without('include'), exclude: without('exclude') }
  return to.inside('PATCH', `${path(key)}${query}`, { ...lists, [on]: [...lists[on], entry] })
}

const verbs: Readonly<Record<string, Verb>> = {
  ls: (to) => to.inside('GET', '/flags'),
  get: (to, [key]) => to.inside('GET', path(key)),
  create: (to, [key], query) =>
    to.inside('PUT', `${path(key)}${query}`, {
      enabled: true,
      variants: { on: true, off: false },
      off: 'off',
      serve: 'off',
    }),
  set: async (to, [key, file], query) =>
    to.inside('PUT', `${path(key)}${query}`, await readJson(needed(file, 'a file, or "-" for stdin'))),
  on: (to, [key], query) => to.inside('PATCH', `${path(key)}${query}`, { enabled: true }),
  off: (to, [key], query) => to.inside('PATCH', `${path(key)}${query}`, { enabled: false }),
  include: (to, [key, unit, variant], query) =>
    list(to, key, query, { unit: needed(unit, 'a unit'), variant: needed(variant, 'a variant') }, 'include'),
  exclude: (to, [key, unit], query) => list(to, key, query, { unit: needed(unit, 'a unit') }, 'exclude'),
  explain: (to, [key, unit]) =>
    to.inside('POST', `${path(key)}/explain`, { context: { targetingKey: needed(unit, 'a unit') } }),
  rm: (to, [key], query) => to.inside('DELETE', `${path(key)}${query}`),
}

/** `sluice flag …`: everything about flags. */
export const flagCommand: Command = {
  name: 'flag',
  summary: 'list, read, write and explain flags',
  usage,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { env: { type: 'string' }, reason: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const [name = '', ...rest] = positionals
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
    if (!verb) throw new UsageError(`Expected one of ${Object.keys(verbs).join(', ')}; got "${name}".`)
    const query = values.reason === undefined ? '' : `?reason=${encodeURIComponent(values.reason)}`
    const answer = await verb(connect(values.env), rest, query)
    if (values.json) output.out(JSON.stringify(answer ?? { deleted: rest[0] }))
    else show(name, answer, output)
    return exitCodes.ok
  },
}

function show(name: string, answer: unknown, { out }: Output): void {
  if (name === 'ls') {
    const { items } = answer as { items: FlagRecord[] }
    const width = Math.max(4, ...items.map(({ key }) => key.length))
    for (const { key, flag, rollout } of items)
      out(
        `${key.padEnd(width)}  ${flag['enabled'] === true ? 'on ' : 'off'}  ${rollout ? `rollout ${rollout.id}` : ''}`.trimEnd(),
      )
    if (items.length === 0) out('No flag yet. Next: sluice flag create my-first-flag')
  } else if (name === 'explain') {
    const { steps, outcome } = answer as {
      steps: { sentence: string }[]
      outcome: { variant: string | null; reason: string }
    }
    for (const { sentence } of steps) out(`· ${sentence}`)
    out(`→ ${outcome.variant ?? 'the code default'} (${outcome.reason})`)
  } else if (answer === undefined) out('Deleted.')
  else {
    const { key, version, flag, warnings } = answer as FlagRecord
    out(`${key}, version ${version}`)
    out(JSON.stringify(flag, null, 2))
    for (const warning of warnings) out(`! ${warning}`)
  }
}
