import { readFile } from 'node:fs/promises'
import type { ModelSnapshot } from '@sluice/contract'
import {
  type AcceptedDifference,
  type Model,
  type ShadowDifference,
  type ShadowModel,
  type ShadowReport,
  compareWithStatic,
  isPlainObject,
} from '@sluice/core/catalogue'
import { readModels } from '@sluice/core/catalogue/import'
import type { Output } from '../command.ts'
import type { Connection } from '../connection.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'

export interface ShadowOptions {
  /** A JSON list of differences that are right. */
  readonly accepted: string | undefined
  readonly json: boolean
}

/** Compares a table of models in a file with the server's catalogue; exit code 3 when something differs that should not. */
export async function shadowModels(
  to: Connection,
  file: string,
  { accepted, json }: ShadowOptions,
  { out }: Output,
): Promise<ExitCode> {
  const { models: entries } = await to.request<ModelSnapshot>('GET', '/api/v1/models/snapshot')
  const known = accepted === undefined ? [] : (JSON.parse(await readFile(accepted, 'utf8')) as AcceptedDifference[])
  const report = compareWithStatic(
    await tableOf(file),
    entries.map(({ model }) => model as unknown as Model),
    { atMs: Date.now(), accepted: known },
  )
  out(json ? JSON.stringify(report) : shadowText(report))
  return report.alerts > 0 ? exitCodes.breached : exitCodes.ok
}

/** Any file that can be imported, or an object of models by id. */
async function tableOf(file: string): Promise<readonly Model[]> {
  const text = await readFile(file, 'utf8')
  const parsed = JSON.parse(text) as unknown
  const isById =
    isPlainObject(parsed) && Object.entries(parsed).every(([id, entry]) => id.includes(':') && isPlainObject(entry))
  const list = isById
    ? JSON.stringify(Object.entries(parsed).map(([id, entry]) => ({ id, ...(entry as object) })))
    : text
  const { models, faults } = readModels(list)
  if (faults.length === 0) return models
  throw new Error(faults.map(({ pointer, message }) => `${file}: ${pointer}: ${message}`).join('\n'))
}

function shadowText({ compared, alerts, counts, models }: ShadowReport): string {
  const lines = models.filter(({ side, verdict }) => side !== 'only_db' || verdict === 'alert').flatMap(modelLines)
  const { value_changed, from_zero, rate_added, rate_removed, field_changed, only_static, only_db } = counts
  return [
    ...lines,
    `${compared} models: ${value_changed + from_zero} values changed, ${rate_added} rates only in the catalogue, ${rate_removed} only in the table, ${field_changed} other fields; ${only_static} models only in the table, ${only_db} only in the catalogue.`,
    alerts === 0 ? 'Nothing is more than 5 % off.' : `${alerts} models need a look.`,
  ].join('\n')
}

const signs = { within: ' ', accepted: '=', alert: '!' } as const

function modelLines({ id, side, verdict, differences }: ShadowModel): string[] {
  if (side === 'only_static') return [`${signs[verdict]} ${id}  only in the table`]
  return differences.map((difference) => `${signs[difference.verdict]} ${id}  ${differenceText(difference)}`)
}

const differenceText = ({ component, static: before, db, percent }: ShadowDifference): string =>
  `${component}: ${before ?? 'none'} → ${db ?? 'none'}${percent === null ? '' : ` (${percent > 0 ? '+' : ''}${percent} %)`}`
