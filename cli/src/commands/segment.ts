import { parseArgs } from 'node:util'
import type { SegmentRecord } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import { readJson } from '../read-json.ts'

const options = {
  env: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

const usage = `sluice segment list
sluice segment get NAME
sluice segment put NAME FILE.json          {"if": …, "description"?: …}; "-" for stdin
sluice segment delete NAME                 refused while flags or segments name it

  --env NAME     production unless said (or SLUICE_ENVIRONMENT)
  --reason TEXT  kept in the log
  --json         one JSON document on stdout

A segment is a condition under a name, for the rules of many flags: {"if": {"segment": "NAME"}}.`

/** `sluice segment …`: conditions that many flags share. */
export const segmentCommand: Command = {
  name: 'segment',
  summary: 'list, read and write conditions that many flags share',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const [verb = '', name, file, ...extra] = positionals
    if (extra.length > 0) throw new UsageError(`Did not expect "${extra[0]}".`)
    const { inside } = connect(values.env)
    const show = (value: unknown, text: string) => {
      output.out(values.json ? JSON.stringify(value) : text)
      return exitCodes.ok
    }
    if (verb === 'list') {
      const answer = await inside<{ items: SegmentRecord[] }>('GET', '/segments')
      return show(answer, listText(answer.items))
    }
    if (!['get', 'put', 'delete'].includes(verb))
      throw new UsageError(`Expected one of list, get, put, delete; got "${verb}".`)
    if (name === undefined || name === '') throw new UsageError('Expected the name of a segment.')
    const because = values.reason === undefined ? '' : `?reason=${encodeURIComponent(values.reason)}`
    const path = `/segments/${encodeURIComponent(name)}`
    if (verb === 'delete') {
      await inside('DELETE', `${path}${because}`)
      return show({ deleted: name }, 'Deleted.')
    }
    if (verb === 'put' && file === undefined) throw new UsageError('Expected a file, or "-" for stdin.')
    const record =
      verb === 'get'
        ? await inside<SegmentRecord>('GET', path)
        : await inside<SegmentRecord>('PUT', `${path}${because}`, await readJson(file as string))
    return show(record, recordText(record))
  },
}

const users = ({ usedBy }: SegmentRecord): string[] => [
  ...usedBy.flags,
  ...usedBy.segments.map((name) => `segment ${name}`),
]

function listText(items: readonly SegmentRecord[]): string {
  const width = Math.max(4, ...items.map(({ name }) => name.length))
  const lines = items.map((record) => `${record.name.padEnd(width)}  ${usedText(record)}`)
  return lines.join('\n') || 'No segment yet. Next: sluice segment put NAME FILE.json'
}

function recordText(record: SegmentRecord): string {
  return [
    `${record.name}, version ${record.version}, ${usedText(record)}`,
    JSON.stringify(record.segment, null, 2),
  ].join('\n')
}

const usedText = (record: SegmentRecord): string =>
  users(record).length === 0 ? 'used by nothing' : `used by ${users(record).join(', ')}`
