import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Catalogue, type Cost, isPlainObject, priceCase } from '@sluice/core/catalogue'
import { JsonBroken, LineIndex, UnreadableFile, readModels } from '@sluice/core/catalogue/import'
import { startingCatalogue } from '@sluice/demo'
import type { Output } from '../command.ts'

/** The catalogue of a file in any format that can be imported; without one the starting catalogue. */
export async function catalogueOf(file: string | undefined): Promise<Catalogue> {
  const text = file === undefined ? startingCatalogue() : await readFile(file, 'utf8')
  try {
    const { models, faults } = readModels(text.replace(/^\uFEFF/, ''))
    if (faults.length === 0) return new Catalogue(models.map((model) => ({ model, version: 1 })))
    const told = faults
      .slice(0, 20)
      .map(({ line, column, pointer, message }) => `${file}:${line}:${column}: ${pointer}: ${message}`)
    throw new Error([...told, `${faults.length} faults in the catalogue: correct them first.`].join('\n'))
  } catch (error) {
    if (error instanceof UnreadableFile) throw new Error(`${file}: ${error.message}`, { cause: error })
    if (!(error instanceof JsonBroken)) throw error
    const { line, column } = new LineIndex(text).at(error.index)
    throw new Error(`${file}:${line}:${column}: ${error.message}`, { cause: error })
  }
}

export interface PricedCase {
  readonly id: unknown
  readonly cost: Cost
}

/** Prices a file of cases, one JSON object a line; "-" is stdin. A line that is no case is `invalid`. */
export async function* priceCases(file: string, catalogue: Catalogue, nowMs: number): AsyncGenerator<PricedCase> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8')
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    const parsed = parseLine(line)
    const { id, ...given } = isPlainObject(parsed) ? parsed : { id: null, case: parsed }
    yield { id: id ?? null, cost: priceCase(isPlainObject(parsed) ? given : parsed, catalogue, nowMs) }
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    return undefined
  }
}

/** The lines of `--json`, in the order of the cases. */
export async function writeCosts(cases: AsyncIterable<PricedCase>, { out }: Output): Promise<void> {
  let lines: string[] = []
  for await (const { id, cost } of cases) {
    const { usd, status, source, breakdown } = cost
    lines.push(JSON.stringify({ id, usd, status, source, breakdown }))
    if (lines.length < 500) continue
    out(lines.join('\n'))
    lines = []
  }
  if (lines.length > 0) out(lines.join('\n'))
}

/** A cost as people read it. */
export function costText({ usd, status, breakdown, reasons }: Cost, id?: unknown): string {
  const parts = breakdown.map(
    ({ component, units, rate, per, usd: part, condition }) =>
      `  ${component}${condition === undefined ? '' : ` (${condition})`}: ${units} at ${rate} per ${per} = ${part}`,
  )
  const head = `${id === undefined || id === null ? '' : `${String(id)}: `}${usd === null ? 'no price' : `${usd} USD`} (${status})`
  return [head, ...parts, ...reasons.map((reason) => `  ! ${reason}`)].join('\n')
}
