import type { Referrer } from '@sluice/contract'
import type { Kysely } from 'kysely'
import { listFlags } from '../flags/flag-store.ts'
import { pointerTo } from '../http/json-faults.ts'
import type { Tables } from '../ports/database.ts'
import { listModels } from './model-store.ts'

/** Fields of a flag's variants that name models. */
const namingFields = new Set(['model', 'fallback', 'fallbacks', 'models'])

/** Flags and models that name this one, read in the caller's transaction so that none slips in between. */
export async function findReferrers(
  db: Kysely<Tables>,
  id: string,
  environments: readonly string[],
): Promise<Referrer[]> {
  const found: Referrer[] = []
  for (const environment of environments)
    for (const { key, flag } of await listFlags(db, environment))
      for (const [variant, value] of Object.entries(flag.variants))
        for (const path of placesOf(id, value, ['variants', variant], true))
          found.push({ kind: 'flag', environment, ref: key, path: pointerTo(path) })
  for (const { model, deletedAtMs } of await listModels(db))
    if (deletedAtMs === null && model.replacedBy === id)
      found.push({ kind: 'model', environment: null, ref: model.id, path: '/replacedBy' })
  return found
}

/** A variant may be the id itself, or an object that names it; other texts only happen to be equal. */
function placesOf(id: string, value: unknown, path: readonly string[], isNamed: boolean): (readonly string[])[] {
  if (typeof value === 'string') return isNamed && value === id ? [path] : []
  if (Array.isArray(value)) return value.flatMap((item, i) => placesOf(id, item, [...path, String(i)], isNamed))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    placesOf(id, member, [...path, name], namingFields.has(name) || path.at(-1) === 'tasks'),
  )
}
