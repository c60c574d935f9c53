import {
  type SegmentRecord,
  SluiceError,
  segmentInputSchema,
  segmentListSchema,
  segmentRecordSchema,
} from '@sluice/contract'
import { z } from 'zod'
import { actorOf } from '../../access/principal.ts'
import type { FlagParts } from '../../flags/flag-service.ts'
import { type StoredFlag, listFlags } from '../../flags/flag-store.ts'
import { changeSegment } from '../../segments/change-segment.ts'
import { segmentNotFound } from '../../segments/edit-segment.ts'
import { type StoredSegment, listSegments } from '../../segments/segment-store.ts'
import { useOf } from '../../segments/segment-use.ts'
import { namesTag, versionTag } from '../conditional.ts'
import { reasonParameter } from '../query.ts'
import { mebibyte } from '../read-body.ts'
import { type Call, type Route, defineRoute, json, noContent } from '../route.ts'

const collection = '/api/v1/environments/{env}/segments'
const one = `${collection}/{key}`
const writeQuery = z.strictObject({ reason: reasonParameter })
type WriteCall = Call<unknown, z.output<typeof writeQuery>>
/** A condition may name many thousand values. */
const bodyRules = { bytes: 4 * mebibyte, json: { depth: 32, tokens: 500_000 } }
const record = { description: 'The segment, its bookkeeping, and what uses it.', schema: segmentRecordSchema }

/** Conditions under a name, to be used in the rules of many flags. */
export function segmentRoutes(parts: FlagParts): Route[] {
  const { kysely } = parts.database
  const all = async (environment: string) =>
    [await listFlags(kysely, environment), await listSegments(kysely, environment)] as const
  const answer = async (environment: string, name: string, status = 200): Promise<Response> => {
    const [flags, segments] = await all(environment)
    const found = segments.find((segment) => segment.name === name)
    if (!found) throw segmentNotFound(name)
    return json(recordOf(found, flags, segments), status, { etag: versionTag(found.version) })
  }
  return [
    defineRoute({
      method: 'GET',
      path: collection,
      summary: 'All segments of an environment.',
      answers: { 200: { description: 'By name.', schema: segmentListSchema } },
      handle: async ({ environment }) => {
        const [flags, segments] = await all(environment)
        return json({ items: segments.map((segment) => recordOf(segment, flags, segments)) })
      },
    }),
    defineRoute({
      method: 'GET',
      path: one,
      summary: 'One segment.',
      answers: { 200: record },
      handle: ({ environment, params }) => answer(environment, params['key'] ?? ''),
    }),
    defineRoute({
      method: 'PUT',
      path: one,
      summary: 'Create a segment, or put another condition in its place.',
      query: writeQuery,
      body: segmentInputSchema,
      bodyRules,
      answers: { 200: record, 201: record },
      handle: async (call) => {
        const { before, after } = await write(call, call.body, parts)
        return answer(call.environment, after?.name ?? '', before ? 200 : 201)
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: one,
      summary: 'Delete a segment that nothing uses.',
      query: writeQuery,
      answers: { 204: { description: 'Gone.' } },
      handle: async (call) => {
        await write(call, null, parts)
        return noContent()
      },
    }),
  ]
}

function write({ environment, params, query, principal, request }: WriteCall, input: unknown, parts: FlagParts) {
  const precondition = (current: StoredSegment | null): void => {
    if (request.headers.get('if-none-match')?.trim() === '*' && current)
      throw new SluiceError('ALREADY_EXISTS', `There is a segment "${current.name}" already.`, {
        hint: 'Choose another name, or leave out If-None-Match to replace it.',
      })
    const wanted = request.headers.get('if-match')
    if (wanted === null || (current && namesTag(wanted, versionTag(current.version)))) return
    const now = current ? `is at version v${current.version} now` : 'does not exist any more'
    throw new SluiceError('VERSION_CONFLICT', `The segment ${now}.`, {
      hint: 'Read it again, put your change on top, and send that with the new ETag.',
      ...(current ? { current: { version: current.version, segment: current.segment } } : {}),
    })
  }
  const reason = query.reason ?? null
  return changeSegment(
    { environment, name: params['key'] ?? '', input, actor: actorOf(principal), reason, precondition },
    parts,
  )
}

function recordOf(
  { name, version, revision, segment, createdAtMs, updatedAtMs }: StoredSegment,
  flags: readonly StoredFlag[],
  segments: readonly StoredSegment[],
): SegmentRecord {
  return {
    name,
    version,
    revision,
    createdAt: new Date(createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
    segment: { ...segment },
    usedBy: useOf(name, flags, segments),
  }
}
