import { flagSetSchema } from '@sluice/contract'
import { fieldsText, typeText } from './schema-text.ts'
import type { JsonSchema } from './schema-text.ts'
import { code, table } from './table.ts'

const absent = ' Of an absent attribute false, also negated.'

/** The flag format, from its JSON Schema. */
export function flagReference(): string {
  const definitions = flagSetSchema.$defs as unknown as Readonly<Record<string, JsonSchema>>
  const anchorOf = (name: string): string | null => (Object.hasOwn(definitions, name) ? name.toLowerCase() : null)
  const { flag = {}, rule = {}, sample = {}, serve = {}, condition = {}, attribute = {}, segment = {} } = definitions
  const split = serve.anyOf?.[1] ?? {}
  const lists = ['include', 'exclude', 'requires'].map((name) => {
    const items = flag.properties?.[name]?.items ?? {}
    return `### ${name}\n\n${items.description ?? ''}\n\n${fieldsText(items, anchorOf)}`
  })
  const conditions = (condition.anyOf ?? []).map((one) => {
    const { op, values } = one.properties ?? {}
    const operators =
      op?.enum?.map(String) ?? (op?.const === undefined ? Object.keys(one.properties ?? {}) : [String(op.const)])
    const about = (one.description ?? '').replace(absent, '')
    return [operators.map(code).join(', '), values?.items ? typeText(values.items, anchorOf) : '', about]
  })
  return `# Flag

The format in which flags are written, stored and sent to SDKs. As JSON Schema: \`GET /api/v1/flag-set.schema.json\`. What a schema cannot say
(variants that exist, weights that add up) the server checks when a flag is written, and names the place and the remedy.
[What the parts are for](../concepts/flags-and-stickiness.md).

## Fields

${fieldsText(flag, anchorOf)}

${lists.join('\n\n')}

## Rule

${rule.description ?? ''}

${fieldsText(rule, anchorOf)}

## Sample

${sample.description ?? ''}

${fieldsText(sample, anchorOf)}

## Serve

The name of a variant, or a split: ${split.description ?? ''}

${fieldsText(split, anchorOf)}

## Condition

A comparison names its \`attr\`, its \`op\` and a list of \`values\`; it holds when it holds for one of them.${absent} \`"negate": true\` turns it round,
\`"fold": true\` leaves case aside in texts.

${table(['One of', 'Values', 'What it says'], conditions)}

## Attribute

${attribute.description ?? ''}

## Segment

${segment.description ?? ''} Rules name it with \`{ "segment": "NAME" }\`.

${fieldsText(segment, anchorOf)}
`
}
