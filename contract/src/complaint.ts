import { z } from 'zod'

/** The body of POST flags/{key}/complaints: what a person was told, or what a ticket says. */
export const complaintInputSchema = z
  .strictObject({
    unit: z.string().min(1).max(1024).optional().describe('Who complains. Without it `variant` has to say about what.'),
    variant: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('What it is about. Default: what the unit has, as the draw gives it.'),
    text: z.string().min(1).max(1900).optional().describe('What was said; kept as a note in the deployment log.'),
    critical: z.boolean().optional().describe('Counts as "complaint.critical" as well.'),
    topic: z
      .string()
      .regex(/^[A-Za-z0-9_]{1,40}$/, {
        error: 'Expected a topic such as missing_model: letters, digits and "_", 40 at most.',
      })
      .optional()
      .describe('What it is about: "missing_model" counts as "complaint.missing_model" as well.'),
    id: z
      .string()
      .min(1)
      .max(150)
      .optional()
      .describe('Of the ticket or message: however often it is sent, it counts once.'),
  })
  .meta({ id: 'ComplaintInput' })
export type ComplaintInput = z.infer<typeof complaintInputSchema>

export const complaintReceiptSchema = z
  .strictObject({
    flag: z.string(),
    variant: z.string().describe('What it was counted for.'),
    rollout: z
      .string()
      .nullable()
      .describe('The rollout whose log has the words; null when there is none, or no words.'),
    duplicate: z.boolean().describe('This id came before, and counted then.'),
  })
  .meta({ id: 'ComplaintReceipt' })
export type ComplaintReceipt = z.infer<typeof complaintReceiptSchema>
