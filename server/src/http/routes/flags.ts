import {
  SluiceError,
  explainInputSchema,
  explanationSchema,
  flagInputSchema,
  flagListSchema,
  flagRecordSchema,
  type FlagRecord,
} from '@sluice/contract'
import { explain } from '@sluice/core/evaluation'
import { z } from 'zod'
import { actorOf } from '../../access/principal.ts'
import type { ModelParts } from '../../catalogue/model-service.ts'
import { modelWarnings } from '../../catalogue/model-warnings.ts'
import { type FlagEdit, flagNotFound } from '../../flags/edit-flag.ts'
import { explainDraft } from '../../flags/explain-draft.ts'
import { flagRecord } from '../../flags/flag-record.ts'
import { type FlagParts, applyEdit, versionConflict } from '../../flags/flag-service.ts'
import { type StoredFlag, findFlag, listFlags } from '../../flags/flag-store.ts'
import { forceNameWarnings } from '../../flags/check-flag.ts'
import { staleFlags } from '../../flags/stale-flags.ts'
import { checkUnit } from '../check-unit.ts'
import { namesTag, versionTag } from '../conditional.ts'
import { textHeader } from '../headers.ts'
import { reasonParameter, switchParameter } from '../query.ts'
import { mebibyte } from '../read-body.ts'
import { type Call, type Route, defineRoute, json, noContent } from '../route.ts'

const collection = '/api/v1/environments/{env}/flags'
const one = `${collection}/{key}`
const writeQuery = z.strictObject({
  reason: reasonParameter,
  reshuffle: switchParameter.describe('Lets a write change a salt, which moves units.'),
})
type WriteQuery = z.output<typeof writeQuery>
/** A flag may hold lists of a hundred thousand units. */
const bodyRules = { bytes: 16 * mebibyte, json: { depth: 32, tokens: 2_000_000 } }
const record = { description: 'The flag and its bookkeeping.', schema: flagRecordSchema }

type ModelReader = Pick<ModelParts, 'models' | 'clock'>

export function flagRoutes(parts: FlagParts & ModelReader): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: collection,
      summary: 'All flags of an environment.',
      answers: { 200: { description: 'By key.', schema: flagListSchema } },
      handle: async ({ environment }) => {
        const flags = await listFlags(parts.database.kysely, environment)
        return json({ items: await recordsOf(environment, flags, parts) })
      },
    }),
    defineRoute({
      method: 'GET',
      path: one,
      summary: 'One flag.',
      answers: { 200: record, 304: { description: 'It is still the one in `If-None-Match`.' } },
      handle: async ({ environment, params, request }) => {
        const key = params['key'] ?? ''
        const flag = await findFlag(parts.database.kysely, environment, key)
        if (!flag) throw flagNotFound(key)
        const etag = versionTag(flag.version)
        const known = request.headers.get('if-none-match')
        if (known !== null && namesTag(known, etag)) return new Response(null, { status: 304, headers: { etag } })
        return recordResponse(flag, parts)
      },
    }),
    defineRoute({
      method: 'PUT',
      path: one,
      summary: 'Create a flag, or put another in its place.',
      query: writeQuery,
      body: flagInputSchema,
      bodyRules,
      answers: { 200: record, 201: record },
      handle: (call) => write(call, { kind: 'replace', body: call.body }, parts),
    }),
    defineRoute({
      method: 'PATCH',
      path: one,
      summary: 'Change parts of a flag (RFC 7396).',
      query: writeQuery,
      body: flagInputSchema,
      bodyRules,
      answers: { 200: record },
      handle: (call) => write(call, { kind: 'merge', body: call.body }, parts),
    }),
    defineRoute({
      method: 'DELETE',
      path: one,
      summary: 'Delete a flag: SDKs answer with the default in their code.',
      query: writeQuery,
      answers: { 204: { description: 'Gone.' } },
      handle: (call) => write(call, { kind: 'delete' }, parts),
    }),
    explainRoute(parts),
  ]
}

function explainRoute(parts: FlagParts): Route {
  const { cache, clock } = parts
  return defineRoute({
    method: 'POST',
    path: `${one}/explain`,
    summary: 'Why a context gets what it gets.',
    body: explainInputSchema,
    bodyRules,
    answers: { 200: { description: 'The steps of the evaluation and its outcome.', schema: explanationSchema } },
    handle: async ({ environment, params, body: { context, flag } }) => {
      const key = params['key'] ?? ''
      checkUnit(context)
      const snapshot = cache.get(environment)
      if (snapshot && flag !== undefined)
        return json(await explainDraft({ snapshot, key, draft: flag, context }, parts))
      if (!snapshot || !Object.hasOwn(snapshot.flags, key)) throw flagNotFound(key)
      const explanation = explain(snapshot.compiled, key, context, clock.now())
      return json({ flag: key, revision: snapshot.revision, ...explanation })
    },
  })
}

async function write(
  call: Call<unknown, WriteQuery>,
  edit: FlagEdit,
  parts: FlagParts & ModelReader,
): Promise<Response> {
  const { environment, params, query, principal, request } = call
  const key = params['key'] ?? ''
  const { reshuffle } = query
  const precondition = (current: StoredFlag | null): void => checkPrecondition(request, current)
  const actor = actorOf(principal)
  const result = await applyEdit(
    { environment, key, edit, actor, reason: reasonOf(call), reshuffle, precondition },
    parts,
  )
  if (!result.flag) return noContent()
  return recordResponse(result.flag, parts, result.changed && !result.before ? 201 : 200)
}

function reasonOf({ request, query }: Call<unknown, WriteQuery>): string | null {
  const reason = query.reason ?? textHeader(request, 'x-sluice-reason')
  if (reason !== null && reason.length > 500)
    throw new SluiceError('UNPROCESSABLE', 'X-Sluice-Reason: Expected a reason of at most 500 characters.')
  return reason === '' ? null : reason
}

function checkPrecondition(request: Request, current: StoredFlag | null): void {
  const wanted = request.headers.get('if-match')
  if (wanted !== null && !(current && namesTag(wanted, versionTag(current.version)))) throw versionConflict(current)
  if (request.headers.get('if-none-match')?.trim() === '*' && current)
    throw new SluiceError('ALREADY_EXISTS', `There is a flag "${current.key}" already.`, {
      hint: 'Choose another key, or leave out If-None-Match to replace it.',
    })
}

async function recordResponse(flag: StoredFlag, parts: FlagParts & ModelReader, status = 200): Promise<Response> {
  const [answer] = await recordsOf(flag.environment, [flag], parts)
  return json(answer, status, { etag: versionTag(flag.version) })
}

async function recordsOf(
  environment: string,
  flags: readonly StoredFlag[],
  { cache, database, models, clock }: FlagParts & ModelReader,
): Promise<FlagRecord[]> {
  const nowMs = clock.now()
  const clashes = forceNameWarnings(Object.keys(cache.get(environment)?.flags ?? {}))
  const stale = await staleFlags(database.kysely, environment, flags, nowMs)
  return flags.map((stored) => {
    const bare = flagRecord(stored, stale.get(stored.key))
    const clash = clashes.get(stored.key)
    const ofModels = modelWarnings(stored.flag, models, nowMs)
    return { ...bare, warnings: [...bare.warnings, ...(clash === undefined ? [] : [clash]), ...ofModels] }
  })
}
