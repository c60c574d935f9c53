import {
  SluiceError,
  duplicateInputSchema,
  modelHistorySchema,
  modelInputSchema,
  modelListSchema,
  modelRecordSchema,
  modelSnapshotSchema,
  priceSchema,
  pricesInputSchema,
  referrerSchema,
  revertInputSchema,
} from '@sluice/contract'
import { type Model, ratesInForce, readInstant, slotOf } from '@sluice/core/catalogue'
import { z } from 'zod'
import { actorOf } from '../../access/principal.ts'
import type { ModelEdit } from '../../catalogue/edit-model.ts'
import { listPage } from '../../catalogue/list-page.ts'
import { modelRecord, modelVersion } from '../../catalogue/model-record.ts'
import {
  type Asking,
  type ModelParts,
  beginNewCatalogueIfBehind,
  changeModel,
  createModel,
  duplicateModel,
  modelNotFound,
} from '../../catalogue/model-service.ts'
import { type StoredModel, findVersion, listHistory } from '../../catalogue/model-store.ts'
import { findReferrers } from '../../catalogue/referrers.ts'
import { namesTag, versionTag } from '../conditional.ts'
import { textHeader } from '../headers.ts'
import { numberParameter, reasonParameter, switchParameter } from '../query.ts'
import { type Call, type Route, defineRoute, json, noContent } from '../route.ts'

const collection = '/api/v1/models'
const one = `${collection}/{id}`
const writeQuery = z.strictObject({ reason: reasonParameter })
type WriteQuery = z.output<typeof writeQuery>
const record = { description: 'The model and its bookkeeping.', schema: modelRecordSchema }
const listQuery = z.strictObject({
  q: z.string().max(200).optional().describe('Words of id, name or provider.'),
  provider: z.string().optional(),
  status: z.string().optional(),
  kind: z.string().optional(),
  capability: z.string().optional(),
  sort: z
    .enum(['id', 'name', 'input', 'output', 'context', 'updated'])
    .optional()
    .describe('By what they are sorted; by id unless said.'),
  deleted: switchParameter.describe('Deleted ones too.'),
  limit: numberParameter(1, 1000, 100).describe('How many at most; 100 unless said.'),
  cursor: numberParameter(0, Number.MAX_SAFE_INTEGER, 0).describe('The next of the page before.'),
})

export function modelRoutes(parts: ModelParts): Route[] {
  return [
    snapshotRoute(parts),
    ...collectionRoutes(parts),
    ...oneRoutes(parts),
    ...writeRoutes(parts),
    ...pastRoutes(parts),
  ]
}

function snapshotRoute(parts: ModelParts): Route {
  const { models } = parts
  return defineRoute({
    method: 'GET',
    path: `${collection}/snapshot`,
    summary: 'All models, as SDKs hold them.',
    answers: {
      200: { description: 'One revision.', schema: modelSnapshotSchema },
      304: { description: 'It is still the one in `If-None-Match`.' },
    },
    handle: async ({ request }) => {
      const known = request.headers.get('if-none-match')
      await beginNewCatalogueIfBehind(known, parts)
      const headers = { etag: `"${models.id}"`, 'cache-control': 'no-cache' }
      if (known !== null && namesTag(known, headers.etag)) return new Response(null, { status: 304, headers })
      return new Response(models.bytes(), { headers: { ...headers, 'content-type': 'application/json' } })
    },
  })
}

function collectionRoutes(parts: ModelParts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: collection,
      summary: 'Models: search, filter, by provider.',
      query: listQuery,
      answers: { 200: { description: 'A page; `next` goes on.', schema: modelListSchema } },
      handle: ({ query }) => json(listPage(parts.models.stored.values(), query, parts.clock.now())),
    }),
    defineRoute({
      method: 'POST',
      path: collection,
      summary: 'Add a model, in the canonical form or in that of the guides.',
      query: writeQuery,
      body: modelInputSchema,
      answers: { 201: record },
      handle: async (call) => recordResponse(await createModel(call.body, askingOf(call), parts), parts, 201),
    }),
  ]
}

function oneRoutes(parts: ModelParts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: one,
      summary: 'One model, by its id or another name of it.',
      query: z.strictObject({ deleted: switchParameter.describe('Deleted ones too.') }),
      answers: { 200: record, 304: { description: 'It is still the one in `If-None-Match`.' } },
      handle: ({ params, query, request }) => {
        const stored = findStored(params, parts, query.deleted)
        const etag = versionTag(stored.version)
        const known = request.headers.get('if-none-match')
        if (known !== null && namesTag(known, etag)) return new Response(null, { status: 304, headers: { etag } })
        return recordResponse(stored, parts)
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: one,
      summary: 'Change parts of a model (RFC 7396); its status and prices too.',
      query: writeQuery,
      body: modelInputSchema,
      answers: { 200: record },
      handle: (call) => write(call, { kind: 'merge', body: call.body }, parts),
    }),
    defineRoute({
      method: 'DELETE',
      path: one,
      summary: 'Delete a model that nothing uses; it can be brought back.',
      query: writeQuery,
      answers: { 204: { description: 'Gone.' } },
      handle: async (call) => {
        await write(call, { kind: 'delete' }, parts)
        return noContent()
      },
    }),
  ]
}

function writeRoutes(parts: ModelParts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${one}/duplicate`,
      summary: 'The same model under another id, as a draft.',
      query: writeQuery,
      body: duplicateInputSchema,
      answers: { 201: record },
      handle: async (call) =>
        recordResponse(await duplicateModel(call.params['id'] ?? '', call.body, askingOf(call), parts), parts, 201),
    }),
    defineRoute({
      method: 'POST',
      path: `${one}/prices`,
      summary: 'New prices from now on, a whole new list, or a correction.',
      query: writeQuery,
      body: pricesInputSchema,
      answers: { 200: record },
      handle: (call) => write(call, { kind: 'prices', body: call.body }, parts),
    }),
    defineRoute({
      method: 'POST',
      path: `${one}/restore`,
      summary: 'Bring back a deleted model.',
      query: writeQuery,
      answers: { 200: record },
      handle: (call) => write(call, { kind: 'restore' }, parts),
    }),
    defineRoute({
      method: 'POST',
      path: `${one}/revert`,
      summary: 'Write an old version as a new one.',
      query: writeQuery,
      body: revertInputSchema,
      answers: { 200: record },
      handle: (call) =>
        write(
          call,
          async (transaction) => {
            const to = await findVersion(transaction, call.params['id'] ?? '', call.body.version)
            if (!to) throw noSuchVersion(call.params['id'] ?? '', call.body.version)
            return { kind: 'revert', to }
          },
          parts,
        ),
    }),
  ]
}

function pastRoutes(parts: ModelParts): Route[] {
  const { kysely } = parts.database
  return [
    defineRoute({
      method: 'GET',
      path: `${one}/history`,
      summary: 'Every version: who changed what, when and why. The newest first.',
      query: z.strictObject({
        limit: numberParameter(1, 200, 50).describe('How many at most; 50 unless said.'),
        cursor: numberParameter(0, Number.MAX_SAFE_INTEGER, 0).describe('The next of the page before.'),
      }),
      answers: { 200: { description: 'A page; `next` goes on.', schema: modelHistorySchema } },
      handle: async ({ params, query: { limit, cursor } }) => {
        const { id } = findStored(params, parts, true).model
        const rows = await listHistory(kysely, id, { limit: limit + 1, ...(cursor > 0 ? { before: cursor } : {}) })
        const items = rows.slice(0, limit).map((row, i) => {
          const before = rows[i + 1]
          return modelVersion(row, before ? (JSON.parse(before.after) as Model) : null)
        })
        const last = items.at(-1)
        return json({ items, ...(rows.length > limit && last ? { next: String(last.version) } : {}) })
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${one}/prices`,
      summary: 'The prices in force at a time, as a version of the model has them.',
      query: z.strictObject({ at: z.string().optional(), atVersion: numberParameter(0, Number.MAX_SAFE_INTEGER, 0) }),
      answers: {
        200: {
          description: 'By slot.',
          schema: z.strictObject({
            version: z.int(),
            at: z.string(),
            items: z.array(priceSchema.extend({ slot: z.string() })),
          }),
        },
      },
      handle: async ({ params, query }) => {
        const stored = findStored(params, parts, true)
        const atMs = query.at === undefined ? parts.clock.now() : readInstant(query.at)
        if (atMs === null)
          throw new SluiceError(
            'INVALID_INPUT',
            `query/at: Expected a date or a time with its zone; got "${query.at?.slice(0, 60)}".`,
          )
        const version = query.atVersion || stored.version
        const model = await findVersion(kysely, stored.model.id, version)
        if (!model) throw noSuchVersion(stored.model.id, version)
        const items = [...ratesInForce(model.prices, atMs).values()].map((price) => ({ slot: slotOf(price), ...price }))
        return json({ version, at: new Date(atMs).toISOString(), items })
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${one}/referrers`,
      summary: 'The flags and models that name it.',
      answers: { 200: { description: 'In use by these.', schema: z.strictObject({ items: z.array(referrerSchema) }) } },
      handle: async ({ params }) =>
        json({ items: await findReferrers(kysely, findStored(params, parts, true).model.id, parts.environments) }),
    }),
  ]
}

/** The model as it is served; a deleted one only for whoever asks for it. */
function findStored(params: Call['params'], { models, clock }: ModelParts, isDeletedToo = false): StoredModel {
  const id = params['id'] ?? ''
  const stored = models.find(id, clock.now())
  if (!stored || (stored.deletedAtMs !== null && !isDeletedToo)) throw modelNotFound(id)
  return stored
}

async function write(
  call: Call<unknown, WriteQuery>,
  edit: ModelEdit | Parameters<typeof changeModel>[0]['edit'],
  parts: ModelParts,
): Promise<Response> {
  const request = { ...askingOf(call), id: call.params['id'] ?? '', edit, ifVersion: versionOf(call.request) }
  return recordResponse(await changeModel(request, parts), parts)
}

/** The version in `If-Match`; null: none, or any. */
function versionOf(request: Request): number | null {
  const tag = request.headers.get('if-match')?.trim()
  if (tag === undefined || tag === '*') return null
  const version = /^(?:W\/)?"?v?(\d{1,15})"?$/.exec(tag)?.[1]
  if (version !== undefined) return Number(version)
  throw new SluiceError(
    'INVALID_INPUT',
    `If-Match: Expected the ETag of a model, such as "v7"; got ${tag.slice(0, 60)}.`,
  )
}

function askingOf({ principal, request, query }: Call<unknown, WriteQuery>): Asking {
  const reason = query.reason ?? textHeader(request, 'x-sluice-reason')
  if (reason !== null && reason.length > 500)
    throw new SluiceError('UNPROCESSABLE', 'X-Sluice-Reason: Expected a reason of at most 500 characters.')
  return {
    actor: actorOf(principal),
    role: principal.kind,
    reason: reason === null || reason.trim() === '' ? null : reason,
  }
}

function noSuchVersion(id: string, version: number): SluiceError {
  return new SluiceError('NOT_FOUND', `The model "${id.slice(0, 300)}" has no version ${version}.`, {
    hint: `GET /api/v1/models/${encodeURIComponent(id)}/history lists them.`,
  })
}

function recordResponse(stored: StoredModel, { clock }: ModelParts, status = 200): Response {
  return json(modelRecord(stored, clock.now()), status, { etag: versionTag(stored.version) })
}
