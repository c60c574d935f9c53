import { parseArgs } from 'node:util'
import type { ComplaintReceipt, FlagRecord, Rollout } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { confirm } from '../confirm.ts'
import { connect } from '../connection.ts'
import type { Connection } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import { editList } from '../flag/edit-list.ts'
import { flagText, listText, servesText } from '../flag/flag-text.ts'
import { findUses } from '../flag/find-uses.ts'
import { readJson } from '../read-json.ts'

const options = {
  env: { type: 'string' },
  reason: { type: 'string' },
  expires: { type: 'string' },
  remove: { type: 'boolean', default: false },
  attr: { type: 'string', multiple: true },
  variant: { type: 'string' },
  topic: { type: 'string' },
  critical: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

const usage = `sluice flag ls
sluice flag get KEY
sluice flag create KEY                     a boolean flag, on and off; everybody gets off
sluice flag set KEY FILE.json              the whole flag from a file ("-" for stdin)
sluice flag off KEY                        the kill switch: everybody gets the off variant
sluice flag on KEY                         lifts it; without rules everybody gets the other variant
sluice flag force KEY VARIANT|auto         everybody gets this variant, whatever the rules say; auto: the rules again
sluice flag include KEY UNIT VARIANT       this unit gets that variant
sluice flag exclude KEY UNIT
  --expires TIME  the entry counts until then (RFC 3339)
  --remove        takes the unit off both lists
sluice flag explain KEY UNIT               why this unit gets what it gets
  --attr NAME=VALUE  what else is known of the caller, such as plan=pro; as often as needed
sluice flag complaint KEY UNIT [TEXT]      somebody complained: counts for the variant they have, TEXT goes into the log
  --critical, --topic NAME  counts as complaint.critical, complaint.NAME as well
  --variant NAME     what it is about, if not what they have; then UNIT may be "-" for nobody known
sluice flag stale                          flags whose time is over: shipped, past their date, or no longer called
sluice flag uses KEY [FOLDER]              where files of this folder name it
sluice flag rm KEY

  --env NAME     production unless said (or SLUICE_ENVIRONMENT)
  --reason TEXT  kept in the log, and with an entry of a list; force needs one
  --json         one JSON document on stdout

SLUICE_URL and SLUICE_KEY say which server.`

interface Given {
  readonly to: Connection
  readonly key: string
  readonly path: string
  readonly rest: readonly string[]
  readonly query: string
  readonly reason: string | undefined
  readonly expires: string | undefined
  readonly remove: boolean
}

type Write = (given: Given) => Promise<FlagRecord>

const needed = (value: string | undefined, what: string): string => {
  if (value === undefined || value === '') throw new UsageError(`Expected ${what}.`)
  return value
}

const patch = ({ to, path, query }: Given, body: object): Promise<FlagRecord> =>
  to.inside('PATCH', `${path}${query}`, body)

/** A flag that nothing but its switch decides serves its other variant; rules and rollouts, planned ones too, are left alone. */
async function switchOn(given: Given): Promise<FlagRecord> {
  const { flag } = await given.to.inside<FlagRecord>('GET', given.path)
  const { items } = await given.to.inside<{ items: Rollout[] }>(
    'GET',
    `/rollouts?flag=${encodeURIComponent(given.key)}`,
  )
  const rollout = items.find(({ endedAt }) => endedAt === null)
  const others = Object.keys(flag['variants'] as object).filter((variant) => variant !== flag['off'])
  const rules = (flag['rules'] as unknown[] | undefined) ?? []
  const isSwitch = rules.length === 0 && rollout === undefined && flag['serve'] === flag['off'] && others.length === 1
  return patch(given, { enabled: true, ...(isSwitch ? { serve: others[0] } : {}) })
}

function force(given: Given): Promise<FlagRecord> {
  const variant = needed(given.rest[0], 'a variant, or auto')
  if (variant !== 'auto' && given.reason === undefined)
    throw new UsageError('Say why everybody is to get it: --reason TEXT.')
  return patch(given, { force: variant === 'auto' ? null : variant })
}

function list(given: Given, on: 'include' | 'exclude'): Promise<FlagRecord> {
  const { to, path, query, rest, reason, expires, remove } = given
  const unit = needed(rest[0], 'a unit')
  if (remove) return editList(to, path, query, { unit, to: 'neither' })
  return editList(to, path, query, {
    unit,
    ...(on === 'include' ? { variant: needed(rest[1], 'a variant') } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(expires === undefined ? {} : { expires }),
    to: on,
  })
}

const writes: Readonly<Record<string, Write>> = {
  create: ({ to, path, query }) =>
    to.inside('PUT', `${path}${query}`, {
      enabled: true,
      variants: { on: true, off: false },
      off: 'off',
      serve: 'off',
    }),
  set: async ({ to, path, query, rest }) =>
    to.inside('PUT', `${path}${query}`, await readJson(needed(rest[0], 'a file, or "-" for stdin'))),
  on: switchOn,
  off: (given) => patch(given, { enabled: false }),
  force,
  include: (given) => list(given, 'include'),
  exclude: (given) => list(given, 'exclude'),
}
/** After these people want to know that it has arrived. */
const urgent = new Set(['on', 'off', 'force', 'include', 'exclude'])

/** `sluice flag …`: everything about flags. */
export const flagCommand: Command = {
  name: 'flag',
  summary: 'list, read, write and explain flags',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const [verb = '', name, ...rest] = positionals
    const say = (answer: unknown, text: () => string): void => output.out(values.json ? JSON.stringify(answer) : text())
    if (verb === 'uses') {
      const items = await findUses(rest[0] ?? '.', needed(name, 'the key of a flag'))
      say(
        { items },
        () => items.map(({ file, line, text }) => `${file}:${line}: ${text}`).join('\n') || 'Nothing here names it.',
      )
      return exitCodes.ok
    }
    const to = connect(values.env)
    if (verb === 'ls' || verb === 'stale') {
      const { items } = await to.inside<{ items: FlagRecord[] }>('GET', '/flags')
      const shown = verb === 'ls' ? items : items.filter(({ stale }) => stale !== null)
      say({ items: shown }, () => listText(shown, verb))
      return exitCodes.ok
    }
    const write = Object.hasOwn(writes, verb) ? writes[verb] : undefined
    if (!write && !['get', 'explain', 'complaint', 'rm'].includes(verb))
      throw new UsageError(`There is no "sluice flag ${verb}".`)
    const key = needed(name, 'the key of a flag')
    const path = `/flags/${encodeURIComponent(key)}`
    const query = values.reason === undefined ? '' : `?reason=${encodeURIComponent(values.reason)}`
    const { reason, expires, remove } = values
    if (write) {
      const record = await write({ to, key, path, rest, query, reason, expires, remove })
      say(record, () => (urgent.has(verb) ? servesText(record) : flagText(record)))
      if (urgent.has(verb) && !values.json) output.out(await confirm(to, record.revision))
    } else if (verb === 'get') {
      const record = await to.inside<FlagRecord>('GET', path)
      say(record, () => flagText(record))
    } else if (verb === 'complaint') {
      const { variant, topic, critical } = values
      const receipt = await complain(to, path, {
        who: needed(rest[0], 'a unit, or "-"'),
        text: rest[1],
        variant,
        topic,
        critical,
      })
      say(receipt, () => complaintText(receipt))
    } else if (verb === 'explain') await explain(to, path, contextOf(needed(rest[0], 'a unit'), values.attr ?? []), say)
    else {
      await to.inside('DELETE', `${path}${query}`)
      say({ deleted: key }, () => 'Deleted.')
    }
    return exitCodes.ok
  },
}

interface Explained {
  readonly steps: readonly { readonly sentence: string }[]
  readonly outcome: { readonly variant: string | null; readonly reason: string }
}

interface Complaint {
  readonly who: string
  readonly text: string | undefined
  readonly variant: string | undefined
  readonly topic: string | undefined
  readonly critical: boolean
}

function complain(to: Connection, path: string, { who, ...said }: Complaint): Promise<ComplaintReceipt> {
  if (who === '-' && said.variant === undefined) throw new UsageError('Say what it is about: --variant NAME.')
  return to.inside('POST', `${path}/complaints`, { ...(who === '-' ? {} : { unit: who }), ...said })
}

const complaintText = ({ flag, variant, rollout }: ComplaintReceipt): string =>
  `A complaint about ${flag}, "${variant}", is noted.${rollout === null ? '' : ` Its words: sluice rollout log ${flag}`}`

/** Numbers, booleans and lists are meant as such: `patches=3`, `beta=true`. */
function contextOf(unit: string, attributes: readonly string[]): object {
  const entries = attributes.map((text) => {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (name === '') throw new UsageError(`Expected --attr as NAME=VALUE; got "${text}".`)
    try {
      return [name, JSON.parse(value)] as const
    } catch {
      return [name, value] as const
    }
  })
  return { ...Object.fromEntries(entries), targetingKey: unit }
}

async function explain(
  to: Connection,
  path: string,
  context: object,
  say: (answer: unknown, text: () => string) => void,
): Promise<void> {
  const answer = await to.inside<Explained>('POST', `${path}/explain`, { context })
  const { steps, outcome } = answer
  say(answer, () =>
    [
      ...steps.map(({ sentence }) => `· ${sentence}`),
      `→ ${outcome.variant ?? 'the code default'} (${outcome.reason})`,
    ].join('\n'),
  )
}
