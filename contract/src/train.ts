import { z } from 'zod'
import { stateSchema, waitingSchema } from './rollout.ts'

/** One flag of a train. */
export const carSchema = z
  .strictObject({
    flag: z.string(),
    rollout: z.string(),
    after: z.array(z.string()),
    purpose: z.string().nullable(),
    risk: z.enum(['low', 'medium', 'high']).nullable(),
    rollbackImpact: z.string().nullable(),
    state: stateSchema,
    percent: z.number(),
    sentence: z.string(),
    waitingFor: z.array(waitingSchema),
  })
  .meta({ id: 'Car' })

/** Rollouts chained by `after`, in the order in which they may start. */
export const trainSchema = z
  .strictObject({
    state: z.enum(['waiting', 'moving', 'stopped', 'arrived']),
    sentence: z.string(),
    cars: z.array(carSchema),
  })
  .meta({ id: 'Train' })
export type Train = z.infer<typeof trainSchema>
