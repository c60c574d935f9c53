import { z } from 'zod'

/** A percentage as people write it: 0 to 100, at most three decimals. */
export const percentSchema = z
  .number({ error: 'Expected a percentage as a number from 0 to 100, such as 10 or 0.5.' })
  .min(0, { error: 'Expected a percentage from 0 to 100; this is below 0.' })
  .max(100, { error: 'Expected a percentage from 0 to 100; this is above 100.' })
  .refine((percent) => Number(percent.toFixed(3)) === percent, {
    error: 'Expected at most three decimals: 0.001 % is the smallest step.',
  })

/** A share out of 100,000; exact for every percentage that `percentSchema` accepts. */
export const shareOfPercent = (percent: number): number => Math.round(percent * 1000)

export const percentOfShare = (sharePer100k: number): number => sharePer100k / 1000
