import { z } from 'zod'

/** `?dryRun=true`; nothing else is a yes, and a mistyped value is no silent no. */
export const switchParameter = z
  .enum(['true', 'false'], { error: 'Expected true or false.' })
  .optional()
  .transform((text) => text === 'true')

/** A whole number from `low` to `high` as a query carries it. */
export function numberParameter(low: number, high: number, otherwise: number): z.ZodType<number> {
  return z
    .string()
    .optional()
    .transform((text) => (text === undefined ? otherwise : Number(text)))
    .refine((value) => Number.isInteger(value) && value >= low && value <= high, {
      error: `Expected a whole number from ${low} to ${high}.`,
    }) as unknown as z.ZodType<number>
}

export const reasonParameter = z
  .string()
  .max(500, { error: 'Expected a reason of at most 500 characters.' })
  .optional()
  .describe('Kept in the log.')
