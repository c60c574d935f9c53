// Flags and segments as people edit them: written whole, over the version that was seen.
import type { FlagExplanation, FlagRecord, SegmentRecord } from '@sluice/contract'
import { queryOptions } from '@tanstack/react-query'
import { environmentPath, request } from './client.ts'
import { keys, type List } from './queries.ts'

export const segmentsQuery = (environment: string) =>
  queryOptions({
    queryKey: keys.segments(environment),
    queryFn: ({ signal }) => request<List<SegmentRecord>>(environmentPath(environment, 'segments'), { signal }),
  })

export interface Write {
  readonly environment: string
  readonly name: string
  /** The version it is written over; null: it must not be there yet. */
  readonly version: number | null
  readonly reason: string
}

export function saveFlag(write: Write, body: object): Promise<FlagRecord> {
  return put(environmentPath(write.environment, 'flags', write.name), write, body)
}

export function saveSegment(write: Write, body: object): Promise<SegmentRecord> {
  return put(environmentPath(write.environment, 'segments', write.name), write, body)
}

function put<T>(path: string, { version, reason }: Write, body: object): Promise<T> {
  const isNew = version === null
  return request<T>(path, {
    method: 'PUT',
    body,
    query: { reason },
    ...(isNew ? { headers: { 'if-none-match': '*' } } : { ifMatch: `"v${version}"` }),
  })
}

export function deleteSegment({ environment, name, version, reason }: Write): Promise<void> {
  return request(environmentPath(environment, 'segments', name), {
    method: 'DELETE',
    query: { reason },
    ...(version === null ? {} : { ifMatch: `"v${version}"` }),
  })
}

/** Why a context gets what it gets: of the stored flag, or of a draft in its place. */
export function explainFlag(
  environment: string,
  key: string,
  input: { readonly context: unknown; readonly flag?: object },
): Promise<FlagExplanation> {
  return request<FlagExplanation>(environmentPath(environment, 'flags', key, 'explain'), {
    method: 'POST',
    body: input,
  })
}
