import { Catalogue, fromGuideInput, parseModel } from '#catalogue'
import type { Model } from '#catalogue'

/** An application's own models: a list, or an object by id, each canonical or with `pricing` and `contextWindow`. */
export type StaticTable = readonly object[] | Readonly<Record<string, object>>

/** The table as a catalogue, and what in it could not be used. */
export interface ReadTable {
  readonly models: readonly Model[]
  readonly catalogue: Catalogue
  readonly problems: readonly string[]
}

/** Hard-coded models in the canonical form. */
export function readTable(table: StaticTable): ReadTable {
  const entries = Array.isArray(table)
    ? (table as readonly object[])
    : Object.entries(table).map(([id, entry]) => ({ id, ...entry }))
  const models: Model[] = []
  const problems: string[] = []
  for (const entry of entries) {
    const parsed = parseModel(fromGuideInput(entry, null, 0))
    const { id } = entry as { id?: unknown }
    if (parsed.ok) models.push(parsed.model)
    else problems.push(`${String(id).slice(0, 200)}${parsed.problems[0]?.pointer}: ${parsed.problems[0]?.message}`)
  }
  const catalogue = new Catalogue(models.map((model) => ({ model, version: 0 })))
  return { models, catalogue, problems }
}
