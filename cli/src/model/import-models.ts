import { readFile } from 'node:fs/promises'
import type { ImportPlan, ImportProgress, ImportRecord, ImportResult } from '@sluice/contract'
import type { Output } from '../command.ts'
import type { Connection } from '../connection.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'

export interface ImportOptions {
  readonly format?: string | undefined
  readonly take?: string | undefined
  readonly reason?: string | undefined
  readonly partial: boolean
  readonly dryRun: boolean
  readonly json: boolean
}

const progressEveryMs = 500
const mostLines = 40

/** Plans an import, shows the plan, and applies it unless it is only to be looked at. */
export async function importModels(
  to: Connection,
  file: string,
  options: ImportOptions,
  output: Output,
): Promise<ExitCode> {
  const text = await readFile(file, 'utf8')
  const name = crypto.randomUUID()
  const query = new URLSearchParams({
    ...(options.format === undefined ? {} : { format: options.format }),
    ...(options.take === undefined ? {} : { take: options.take }),
  })
  const plan = await shown(name, to, output, async () => {
    const sent = await to.send('POST', `/api/v1/models/import/plan?${query}`, {
      text,
      headers: { 'x-sluice-plan': name },
    })
    return (await sent.json()) as ImportPlan
  })
  if (!options.json) output.out(planText(plan, file))
  const { create, update, error } = plan.counts
  const isBlocked = error > 0 && !options.partial
  if (options.dryRun || isBlocked) {
    if (options.json) output.out(JSON.stringify(plan))
    if (isBlocked) output.err('Nothing was changed. --partial imports the good records.')
    return isBlocked ? exitCodes.error : create + update > 0 ? exitCodes.changes : exitCodes.ok
  }
  const { planId, planHash } = plan
  const reason = options.reason ?? `Import of ${file}`
  const result = await shown(planId, to, output, () =>
    to.request<ImportResult>('POST', '/api/v1/models/import/apply', {
      planId,
      planHash,
      reason,
      partial: options.partial,
    }),
  )
  output.out(
    options.json
      ? JSON.stringify({ plan, result })
      : `Done: ${result.created} created, ${result.updated} updated. Revision ${result.revision}.`,
  )
  return exitCodes.ok
}

/** Tells how far a long request is while it runs. */
async function shown<T>(name: string, to: Connection, { err, terminal }: Output, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    void to
      .request<ImportProgress>('GET', `/api/v1/models/import/progress/${encodeURIComponent(name)}`)
      .then(({ phase, done, total }) => {
        if (phase !== 'done' && total > 0) err(`${phase} ${Math.floor((100 * done) / total)} %`)
      })
      .catch(() => {})
  }, progressEveryMs)
  if (!terminal) clearInterval(timer)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

function planText({ summary, records, missing }: ImportPlan, file: string): string {
  const lines = records.flatMap((record) => recordLines(record, file))
  const left = lines.length - mostLines
  return [
    ...lines.slice(0, mostLines),
    ...(left > 0 ? [`… and ${left} more lines: --json shows them all`] : []),
    ...(missing.length > 0 ? [`${missing.length} models of this source are not in the file: they stay.`] : []),
    summary,
  ].join('\n')
}

const signs = { create: '+', update: '~', unchanged: ' ', skip: '·', conflict: '=', error: '✗' } as const

function recordLines(
  { id, action, changes, priceChanges, kept, errors, warnings, pointer }: ImportRecord,
  file: string,
): string[] {
  if (action === 'error')
    return errors.map(({ line, column, pointer: at, message }) => `✗ ${file}:${line}:${column}: ${at}: ${message}`)
  const prices = priceChanges.map(
    ({ slot, from, to, percent, large }) =>
      `${slot}: ${from ?? 'none'} → ${to ?? 'none'}${percent === null ? '' : ` (${percent > 0 ? '+' : ''}${percent} %)`}${large ? ' !' : ''}`,
  )
  const fields = changes.filter(({ field }) => !field.startsWith('pric')).map(({ field }) => field)
  const parts = action === 'create' ? [] : [...prices, ...fields]
  const stays = kept.map(({ group, owner }) => `${group} stays with ${owner}`)
  const told = action === 'update' || action === 'create' ? [] : warnings
  return [`${signs[action]} ${id ?? pointer}  ${[...parts, ...stays, ...told].join('; ')}`.trimEnd()]
}
