import { z } from 'zod'
import { planInputSchema } from './plan.ts'

/** What a `sluice.yaml` declares: intent. What is in flight belongs to the engine, what was killed to people. */
export const configFileSchema = z
  .strictObject({
    /** Where editors find the schema of a JSON file. */
    $schema: z.string().optional(),
    version: z.literal(1, { error: 'Expected "version": 1.' }),
    /** Of every flag and rollout in the file; `--env` and the address of the request win. */
    environment: z.string().optional(),
    flags: z
      .record(z.string(), z.looseObject({}, { error: 'Expected a flag as an object.' }), {
        error: 'Expected flags by their keys.',
      })
      .default({}),
    /** Conditions by their names. Absent: the file says nothing of segments, and prunes none. */
    segments: z
      .record(z.string(), z.looseObject({}, { error: 'Expected a segment as an object such as {"if": …}.' }), {
        error: 'Expected segments by their names.',
      })
      .optional(),
    /** Plans by the key of their flag. */
    rollouts: z.record(z.string(), planInputSchema.omit({ flag: true })).default({}),
  })
  .meta({ id: 'ConfigFile' })
export type ConfigFile = z.infer<typeof configFileSchema>

const changedFieldSchema = z.strictObject({ pointer: z.string(), from: z.unknown(), to: z.unknown() })

/** One thing that differs between a file and the server. */
export const configChangeSchema = z
  .strictObject({
    /** `keep`: it differs and stays as it is; `effect` says why. */
    op: z.enum(['create', 'update', 'delete', 'keep']),
    kind: z.enum(['segment', 'flag', 'rollout']),
    key: z.string(),
    fields: z.array(changedFieldSchema),
    effect: z.string(),
  })
  .meta({ id: 'ConfigChange' })
export type ConfigChange = z.infer<typeof configChangeSchema>

export const configPlanSchema = z
  .strictObject({
    /** Of the environment when this was found; `apply` with it is refused once something has changed. */
    revision: z.int(),
    changes: z.array(configChangeSchema),
    /** Flags that the file does not name: left alone unless pruned. */
    unmanaged: z.array(z.string()),
    /** The same of segments, where the file has any. */
    unmanagedSegments: z.array(z.string()),
  })
  .meta({ id: 'ConfigPlan' })
export type ConfigPlan = z.infer<typeof configPlanSchema>
