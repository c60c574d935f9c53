import type { FieldChange, ModelConflict } from '@sluice/contract'
import { ApiError } from '../../api/client.ts'

/** Both changes since the version that a form began with; null when it was refused for something else. */
export function conflictOf(error: Error | null): ModelConflict | null {
  if (!(error instanceof ApiError) || error.code !== 'VERSION_CONFLICT') return null
  const current = error.current as Partial<ModelConflict> | undefined
  return current?.theirs && current.yours && current.both && current.current ? (current as ModelConflict) : null
}

/** One line of a conflict: what it was, what they made of it, what you want. */
export interface ConflictLine {
  readonly field: string
  readonly base: unknown
  readonly theirs: FieldChange | undefined
  readonly yours: FieldChange | undefined
}

/** Every field that anybody touched; those that both did come first. */
export function conflictLines({ theirs, yours, both }: ModelConflict): readonly ConflictLine[] {
  const fields = new Set([...both, ...yours.map(({ field }) => field), ...theirs.map(({ field }) => field)])
  return [...fields].map((field) => {
    const [their, your] = [theirs, yours].map((changes) => changes.find((change) => change.field === field))
    return { field, base: (their ?? your)?.oldValue ?? null, theirs: their, yours: your }
  })
}

/** The body of a merge without fields named as changes name them, such as `pricing.input`. */
export function withoutFields(
  body: Readonly<Record<string, unknown>>,
  fields: ReadonlySet<string>,
): Record<string, unknown> {
  const kept = Object.entries(body).flatMap(([name, value]): [string, unknown][] => {
    if (fields.has(name)) return []
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, value]]
    const members = Object.entries(value).filter(([member]) => !fields.has(`${name}.${member}`))
    return members.length === 0 ? [] : [[name, Object.fromEntries(members)]]
  })
  return Object.fromEntries(kept)
}
