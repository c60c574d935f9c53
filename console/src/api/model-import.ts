import type { ImportFormat, ImportPlan, ImportProgress, ImportResult } from '@sluice/contract'
import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'
import { modelsPath } from './models.ts'

const importPath = `${modelsPath}/import`

export interface ImportFile {
  readonly file: Blob
  /** Null: the server finds out. */
  readonly format: ImportFormat | null
  /** Whose word counts for groups of fields that belong to somebody else. */
  readonly take: 'kept' | 'theirs'
  /** Under which name the progress is asked for. */
  readonly name: string
}

/** What the file would change; nothing is changed by it. */
export function planImport({ file, format, take, name }: ImportFile): Promise<ImportPlan> {
  return request<ImportPlan>(`${importPath}/plan`, {
    method: 'POST',
    body: file,
    headers: { 'x-sluice-plan': name },
    query: { format: format ?? undefined, take },
  })
}

/** All of the plan or nothing; with `partial` the good records though others are bad. Sent twice it is done once. */
export function applyImport(plan: ImportPlan, reason: string, partial: boolean): Promise<ImportResult> {
  const { planId, planHash } = plan
  return request<ImportResult>(`${importPath}/apply`, {
    method: 'POST',
    body: { planId, planHash, reason, partial },
    headers: { 'idempotency-key': `${planId}-${partial ? 'partial' : 'all'}` },
  })
}

export const progressQuery = (name: string | null) =>
  queryOptions({
    queryKey: ['models', 'import', name],
    queryFn: ({ signal }) => request<ImportProgress>(`${importPath}/progress/${name}`, { signal }),
    enabled: name !== null,
    refetchInterval: 400,
    // Nothing is known of it until the whole file has arrived.
    retry: false,
  })

export const exportAddress = (format: 'sluice' | 'litellm'): string => `${modelsPath}/export?format=${format}`
