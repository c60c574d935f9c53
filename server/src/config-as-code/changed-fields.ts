import type { ConfigChange } from '@sluice/contract'
import { canonicalJson } from '../events/canonical-json.ts'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Where two JSON values differ, as pointers (RFC 6901) with both sides; a list that changed its length is one field. */
export function changedFields(from: unknown, to: unknown, pointer = ''): ConfigChange['fields'] {
  if (canonicalJson(from) === canonicalJson(to)) return []
  const within = (name: string): string => `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  if (isObject(from) && isObject(to))
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((name) =>
      changedFields(from[name], to[name], within(name)),
    )
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length)
    return from.flatMap((item, i) => changedFields(item, to[i], within(String(i))))
  return [{ pointer, from: from ?? null, to: to ?? null }]
}
