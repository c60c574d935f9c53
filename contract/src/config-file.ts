import { z } from 'zod'
import { planInputSchema } from './plan.ts'

/** What a `sluice.yaml` declares: intent. What is in flight belongs to the engine, what was killed to people. */
export const configFileSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Where editors find the schema of a JSON file.'),
    version: z.literal(1, { error: 'Expected "version": 1.' }).describe('Of this format: 1.'),
    environment: z
      .string()
      .optional()
      .describe('Of every flag and rollout in the file; --env and the address of the request win.'),
    flags: z
      .record(z.string(), z.looseObject({}, { error: 'Expected a flag as an object.' }), {
        error: 'Expected flags by their keys.',
      })
      .default({})
      .describe(
        'Flags by their keys, in the flag format. A new one is off until a rollout starts or somebody switches it on.',
      ),
    segments: z
      .record(z.string(), z.looseObject({}, { error: 'Expected a segment as an object such as {"if": …}.' }), {
        error: 'Expected segments by their names.',
      })
      .optional()
      .describe('Conditions by their names. Left out: the file says nothing of segments, and prunes none.'),
    rollouts: z
      .record(z.string(), planInputSchema.omit({ flag: true }))
      .default({})
      .describe('Plans by the key of their flag. They become drafts; nothing starts by itself.'),
  })
  .meta({ id: 'ConfigFile' })
export type ConfigFile = z.infer<typeof configFileSchema>

const changedFieldSchema = z.strictObject({ pointer: z.string(), from: z.unknown(), to: z.unknown() })

/** One thing that differs between a file and the server. */
export const configChangeSchema = z
  .strictObject({
    op: z
      .enum(['create', 'update', 'delete', 'keep'])
      .describe('`keep`: it differs and stays as it is; `effect` says why.'),
    kind: z.enum(['segment', 'flag', 'rollout']),
    key: z.string(),
    fields: z.array(changedFieldSchema),
    effect: z.string(),
  })
  .meta({ id: 'ConfigChange' })
export type ConfigChange = z.infer<typeof configChangeSchema>

export const configPlanSchema = z
  .strictObject({
    revision: z
      .int()
      .describe('Of the environment when this was found; `apply` with it is refused once something has changed.'),
    changes: z.array(configChangeSchema),
    unmanaged: z.array(z.string()).describe('Flags that the file does not name: left alone unless pruned.'),
    unmanagedSegments: z.array(z.string()).describe('The same of segments, where the file has any.'),
  })
  .meta({ id: 'ConfigPlan' })
export type ConfigPlan = z.infer<typeof configPlanSchema>
