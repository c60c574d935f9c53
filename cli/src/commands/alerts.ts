import { parseArgs } from 'node:util'
import type { Alert } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'

const options = {
  env: { type: 'string' },
  flag: { type: 'string' },
  reason: { type: 'string' },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

const usage = `sluice alerts [--all] [--flag KEY]        what is open; --all shows what was resolved too
sluice alerts acknowledge|resolve ID

  --reason TEXT  kept in the log
  --env NAME     production unless said (or SLUICE_ENVIRONMENT)
  --json         JSON on stdout

Exit codes: 0 nothing critical is open, 3 something is.`

const marks: Readonly<Record<Alert['severity'], string>> = { CRITICAL: '✖', WARNING: '▲', INFO: '?' }

/** `sluice alerts`: what people should know about, and their answers to it. */
export const alertsCommand: Command = {
  name: 'alerts',
  summary: 'what is wrong now, acknowledge and resolve it',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const to = connect(values.env)
    const [verb, id] = positionals
    if (verb === undefined) {
      const flag = values.flag === undefined ? '' : `&flag=${encodeURIComponent(values.flag)}`
      const path = `/alerts?state=${values.all ? 'all' : 'open'}${flag}`
      const { items } = await to.inside<{ items: Alert[] }>('GET', path)
      output.out(values.json ? JSON.stringify({ items }) : items.map(alertText).join('\n') || 'Nothing is open.')
      return items.some(isBurning) ? exitCodes.breached : exitCodes.ok
    }
    if (verb !== 'acknowledge' && verb !== 'resolve') throw new UsageError(`There is no "sluice alerts ${verb}".`)
    if (id === undefined) throw new UsageError(`Expected the id of an alert: sluice alerts ${verb} ID.`)
    const body = { action: verb, ...(values.reason === undefined ? {} : { reason: values.reason }) }
    const alert = await to.inside<Alert>('POST', `/alerts/${encodeURIComponent(id)}/actions`, body)
    output.out(values.json ? JSON.stringify(alert) : alertText(alert))
    return exitCodes.ok
  },
}

const isBurning = ({ severity, state }: Alert): boolean => severity === 'CRITICAL' && state !== 'resolved'

function alertText({ severity, state, message, action, runbook, openedAt, id, acknowledgedBy }: Alert): string {
  const by = state === 'acknowledged' ? ` by ${acknowledgedBy}` : ''
  return [
    `${marks[severity]} ${severity}  ${message}`,
    `    ${action}`,
    ...(runbook === null ? [] : [`    Runbook: ${runbook}`]),
    `    ${state}${by}, since ${openedAt}  ${id}`,
  ].join('\n')
}
