import {
  SluiceError,
  importApplySchema,
  importFormatSchema,
  importPlanSchema,
  importProgressSchema,
  importResultSchema,
} from '@sluice/contract'
import { writeLiteLlm, writeOwnFormat } from '@sluice/core/catalogue/import'
import { z } from 'zod'
import { actorOf } from '../../access/principal.ts'
import { applyImport } from '../../catalogue/apply-import.ts'
import { ImportDesk } from '../../catalogue/import-desk.ts'
import type { ModelParts } from '../../catalogue/model-service.ts'
import { mebibyte, readFileBody } from '../read-body.ts'
import { type Route, defineRoute, json } from '../route.ts'

const base = '/api/v1/models'
const largestFile = 20 * mebibyte
const planQuery = z.strictObject({
  format: importFormatSchema.optional(),
  take: z
    .enum(['kept', 'theirs'], { error: 'Expected kept or theirs.' })
    .default('kept')
    .describe('Whose fields win where a person and the file differ.'),
})
const exportQuery = z.strictObject({
  format: z.enum(['sluice', 'litellm'], { error: 'Expected sluice or litellm.' }).default('sluice'),
})

/** Files in and out: a plan first, then all or nothing. */
export function modelImportRoutes(parts: ModelParts): Route[] {
  const desk = new ImportDesk(parts)
  return [
    defineRoute({
      method: 'POST',
      path: `${base}/import/plan`,
      summary: 'What a file of models would change, record by record. Changes nothing.',
      query: planQuery as z.ZodType<z.output<typeof planQuery>>,
      answers: { 200: { description: 'The plan, to look at and to apply.', schema: importPlanSchema } },
      handle: async ({ request, query: { format, take } }) => {
        const text = await readFileBody(request, largestFile)
        const plan = await desk.plan({ text, format, take, name: request.headers.get('x-sluice-plan') })
        return new Response(plan, { headers: { 'content-type': 'application/json' } })
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/import/apply`,
      summary: 'Write what a plan says: all of it or nothing.',
      body: importApplySchema,
      idempotent: true,
      answers: { 200: { description: 'What was written.', schema: importResultSchema } },
      handle: async ({ body: { planId, planHash, reason, partial = false }, principal }) => {
        const asking = { actor: actorOf(principal), role: principal.kind, reason }
        return json(await applyImport({ ...asking, planId, planHash, partial }, desk, parts))
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/import/progress/{plan}`,
      summary: 'How far a plan or its import has come.',
      answers: { 200: { description: 'Its phase.', schema: importProgressSchema } },
      handle: ({ params }) => {
        const progress = desk.progressOf(params['plan'] ?? '')
        if (progress) return json(progress)
        throw new SluiceError('NOT_FOUND', `Nothing is known of an import "${params['plan']?.slice(0, 80)}".`, {
          hint: 'Name the plan with the header X-Sluice-Plan when you send the file, or ask by its planId.',
        })
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/export`,
      summary: 'All models as a file.',
      query: exportQuery as z.ZodType<z.output<typeof exportQuery>>,
      answers: { 200: { description: 'The file.', mediaType: 'application/json' } },
      handle: ({ query: { format } }) => {
        const models = [...parts.models.catalogue.entries()].map(({ model }) => model)
        const name = `models.${format}.json`
        const headers = {
          'content-type': 'application/json',
          'content-disposition': `attachment; filename="${name}"`,
        }
        if (format === 'sluice') return new Response(writeOwnFormat(models), { headers })
        const { text, lost } = writeLiteLlm(models, parts.clock.now())
        return new Response(text, { headers: { ...headers, 'x-sluice-lost': String(lost) } })
      },
    }),
  ]
}
