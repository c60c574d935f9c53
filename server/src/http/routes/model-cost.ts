import { SluiceError, costInputSchema, costSchema } from '@sluice/contract'
import { priceCase } from '@sluice/core/catalogue'
import type { ModelParts } from '../../catalogue/model-service.ts'
import { type Route, defineRoute, json } from '../route.ts'

/** Strict, as whoever asks here wants to know: usage that cannot be is refused instead of clamped. */
export function modelCostRoute({ models, clock }: Pick<ModelParts, 'models' | 'clock'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/models/cost',
    summary: 'What a usage costs, exactly.',
    body: costInputSchema,
    answers: { 200: { description: 'The cost, part by part.', schema: costSchema } },
    handle: ({ body }) => {
      const priced = priceCase(body, models.catalogue, clock.now())
      if (priced.status !== 'invalid') return json(priced)
      const errors = priced.reasons.map((message) => ({ pointer: '/usage', code: 'INVALID_USAGE', message }))
      throw new SluiceError('UNPROCESSABLE', `The usage cannot be: ${priced.reasons.join(' ')}`, {
        errors,
        hint: 'Totals include their parts; counts are whole numbers of 0 or more.',
      })
    },
  })
}
