import { z } from 'zod'

/** Who did it; `engine` is Sluice itself. */
export const actorSchema = z.strictObject({
  kind: z.enum(['engine', 'person', 'key']),
  id: z.string(),
  name: z.string(),
})
