import { configFileSchema } from '@sluice/contract'
import { z } from 'zod'
import { fieldsText } from './schema-text.ts'
import type { JsonSchema } from './schema-text.ts'

/** `sluice.yaml`: its few fields of its own; flags and plans have their pages. */
export function configReference(): string {
  const { $defs = {} } = z.toJSONSchema(configFileSchema, { io: 'input', unrepresentable: 'any' }) as {
    $defs?: Record<string, JsonSchema>
  }
  const { properties = {}, ...schema } = $defs['ConfigFile'] ?? {}
  const named = {
    ...properties,
    flags: { ...properties['flags'], additionalProperties: { $ref: 'Flag' } },
    segments: { ...properties['segments'], additionalProperties: { $ref: 'Segment' } },
    rollouts: { ...properties['rollouts'], additionalProperties: { $ref: 'Plan' } },
  }
  return `# sluice.yaml

What \`sluice plan\`, \`apply\`, \`drift\` and \`export\` read and write. JSON is accepted too. How to work with it:
[Config as code](../how-to/config-as-code.md).

${fieldsText({ ...schema, properties: named }, () => null)}

- A flag is as on the page [Flag](flag.md), without its key. \`enabled\` may be left out: a flag that is there keeps its own.
- A segment is as on the page [Flag](flag.md#segment).
- A plan is as on the page [Plan](plan.md), without \`flag\`.
- Salts may be left out. They are made once, and kept.
- Quote \`"on"\` and \`"off"\`: some readers of YAML take the bare words for *true* and *false*.

## What is never changed by a file

A flag that was killed is not switched on. The share of a rule that a rollout moves is the engine's. A running rollout keeps its plan: end it first.
Entries of lists that have expired are no difference.
`
}
