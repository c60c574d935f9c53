import { code, table } from './table.ts'

/** As much of JSON Schema as our schemas use. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly additionalProperties?: boolean | JsonSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
}

/** The anchor of a schema that has a section of its own on the page; null: its name alone is shown. */
type AnchorOf = (name: string) => string | null

const nameOf = (ref: string): string => ref.split('/').at(-1) ?? ref

/** A type in a few words, with links to the schemas that stand on the page. */
export function typeText(schema: JsonSchema, anchorOf: AnchorOf): string {
  const { $ref, anyOf, oneOf, items, type, properties, additionalProperties } = schema
  if ($ref !== undefined) {
    const anchor = anchorOf(nameOf($ref))
    return anchor === null ? nameOf($ref) : `[${nameOf($ref)}](#${anchor})`
  }
  const several = anyOf ?? oneOf
  if (several) return [...new Set(several.map((one) => typeText(one, anchorOf)))].join(' or ')
  if (schema.const !== undefined) return code(JSON.stringify(schema.const))
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(', ')
  if (type === 'array') return items ? `list of ${typeText(items, anchorOf)}` : 'list'
  // Every list of the API: the entries, and where the next ones begin.
  if (type === 'object' && properties?.['items']) return typeText(properties['items'], anchorOf)
  if (type === 'object' && typeof additionalProperties === 'object')
    return `${typeText(additionalProperties, anchorOf)}, by name`
  return typeof type === 'string' ? `${type}${rangeText(schema)}` : (type?.join(' or ') ?? 'anything')
}

function rangeText({ minimum, maximum }: JsonSchema): string {
  // Every integer of JavaScript has these bounds: they say nothing.
  const isBound = (value: number | undefined) => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER
  if (isBound(minimum) && isBound(maximum)) return ` ${minimum} to ${maximum}`
  if (isBound(minimum)) return ` from ${minimum}`
  return isBound(maximum) ? ` up to ${maximum}` : ''
}

/** The fields of an object, a row each; those that must be there are marked. */
export function fieldsText({ properties = {}, required = [] }: JsonSchema, anchorOf: AnchorOf): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const isNeeded = required.includes(name) && schema.default === undefined
    const fallback =
      schema.default === undefined || typeof schema.default === 'object'
        ? ''
        : ` Default ${code(String(schema.default))}.`
    return [
      code(name) + (isNeeded ? ' *needed*' : ''),
      typeText(schema, anchorOf),
      (schema.description ?? '') + fallback,
    ]
  })
  return table(['Field', 'Type', 'What it says'], rows)
}
