import { batchSchema, complaintInputSchema, complaintReceiptSchema, receiptSchema } from '@sluice/contract'
import type { ComplaintInput } from '@sluice/contract'
import { actorOf } from '../../access/principal.ts'
import { ingestObservations } from '../../observations/ingest-observations.ts'
import { noteComplaint } from '../../observations/note-complaint.ts'
import type { RolloutRunner } from '../../rollouts/rollout-runner.ts'
import type { RunnerParts } from '../../rollouts/runner-parts.ts'
import type { InstanceRegistry } from '../instances.ts'
import { mebibyte } from '../read-body.ts'
import { defineRoute, json } from '../route.ts'
import type { Route } from '../route.ts'

/** Where observations come in, and what people say. */
export function observationRoutes(
  runner: RolloutRunner,
  parts: RunnerParts & { readonly instances: InstanceRegistry },
): readonly Route[] {
  return [
    defineRoute<{ id: string; observations: unknown[] }>({
      method: 'POST',
      path: '/api/v1/environments/{env}/observations',
      summary: 'Report calls: good rows are stored before the answer, bad ones named, a batch counts once',
      body: batchSchema,
      crossOrigin: true,
      bodyRules: { bytes: 2 * mebibyte, texts: 'each-row' },
      answers: {
        200: { description: 'The batch came before and counted then', schema: receiptSchema },
        202: { description: 'Stored', schema: receiptSchema },
      },
      async handle({ environment, body, principal, request }) {
        const batch = {
          environment,
          id: body.id,
          observations: body.observations,
          isPublic: principal.kind === 'client',
        }
        // Pages hold no flags of ours: they are no SDKs to wait for.
        if (!batch.isPublic) parts.instances.seen(environment, request)
        const receipt = await ingestObservations(batch, parts, runner)
        return json(receipt, receipt.duplicate ? 200 : 202)
      },
    }),
    defineRoute<ComplaintInput>({
      method: 'POST',
      path: '/api/v1/environments/{env}/flags/{key}/complaints',
      summary: 'Note what somebody says about a flag: it counts as `complaint` for the variant they have',
      body: complaintInputSchema,
      answers: {
        200: { description: 'The id came before, and counted then', schema: complaintReceiptSchema },
        201: { description: 'Noted', schema: complaintReceiptSchema },
      },
      async handle({ environment, params, body, principal }) {
        const given = { environment, key: params['key'] ?? '', input: body, actor: actorOf(principal) }
        const receipt = await noteComplaint(given, parts, runner)
        return json(receipt, receipt.duplicate ? 200 : 201)
      },
    }),
  ]
}
