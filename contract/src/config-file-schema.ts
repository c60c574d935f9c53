import { z } from 'zod'
import { configFileSchema } from './config-file.ts'
import { flagSetSchema } from './flag-set-schema.ts'

/** `sluice.yaml` as JSON Schema, for editors; `config-file.schema.json` is this as a file. */
export function configFileJsonSchema(): Record<string, unknown> {
  const { $schema, $defs: { ConfigFile: file, ...$defs } = {} } = z.toJSONSchema(configFileSchema, { io: 'input' })
  return {
    $schema,
    ...file,
    $id: 'urn:sluice:config-file:1',
    title: 'sluice.yaml: flags, and the plans of their rollouts',
    properties: { ...file?.properties, flags: byKey('flag'), segments: byKey('segment') },
    $defs: { ...flagSetSchema.$defs, ...$defs },
  }
}

const byKey = (definition: 'flag' | 'segment') => ({
  type: 'object',
  additionalProperties: { $ref: `#/$defs/${definition}` },
})
