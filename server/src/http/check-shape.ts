import { type FieldError, SluiceError, openUnions, sizeMessage } from '@sluice/contract'
import type { z } from 'zod'
import { pointerTo } from './json-faults.ts'
import { suggest } from './suggest.ts'

type Issue = z.core.$ZodIssue

/** These say that the shape is wrong (400); all others that a rule is broken (422). */
const shapeCodes = new Set(['invalid_type', 'unrecognized_keys', 'invalid_union', 'invalid_value', 'invalid_element'])

/** What a schema makes of an input, or the refusal with every fault in its place. `where` names it: "body", "query". */
export function checkShape<T>(schema: z.ZodType<T>, input: unknown, where: 'body' | 'query'): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const issues = openUnions(parsed.error.issues)
  const isShape = issues.some(({ code }) => shapeCodes.has(code))
  const errors = issues.flatMap((issue) => fieldErrors(issue, input, schema)).slice(0, 100)
  const detail = `${describe(errors[0], where)} Nothing was changed.`
  throw new SluiceError(isShape ? 'INVALID_INPUT' : 'UNPROCESSABLE', detail, { errors })
}

function describe(error: FieldError | undefined, where: string): string {
  return `${where}${error?.pointer ?? ''}: ${error?.message ?? 'It is not as expected.'}`
}

/** One fault for each field concerned: of several unknown fields each gets its own. */
function fieldErrors(issue: Issue, input: unknown, schema: z.ZodType): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      code: issue.code,
      message: unknownField(key, knownFields(schema, issue.path)),
    }))
  return [{ pointer: pointerTo(issue.path), code: issue.code, message: messageOf(issue, input) }]
}

function unknownField(key: string, known: readonly string[]): string {
  const near = suggest(key, known)
  const hint = near ? `did you mean "${near}"?` : `known are ${known.join(', ')}.`
  return `There is no field "${key.slice(0, 80)}": ${known.length === 0 ? 'take it out.' : hint}`
}

function messageOf(issue: Issue, input: unknown): string {
  if (issue.code !== 'invalid_type') return sizeMessage(issue)
  const value = valueAt(input, issue.path)
  // Zod's own text is the only one that begins so; every other was written for the field.
  const isOwn = !issue.message.startsWith('Invalid input')
  const expected = isOwn ? issue.message.replace(/\.$/, '') : `Expected ${article(issue.expected)}`
  if (value === undefined) return `${expected}; it is missing.`
  return isOwn ? issue.message : `${expected}, found ${kindOf(value)}.`
}

const article = (noun: string): string =>
  noun === 'int' ? 'a whole number' : /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`
  return typeof value === 'object' ? 'an object' : String(value)
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}

interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly element?: z.ZodType
  readonly innerType?: z.ZodType
  readonly valueType?: z.ZodType
  readonly in?: z.ZodType
  readonly options?: readonly z.ZodType[]
}

/** The names that the schema knows at that place. */
function knownFields(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let present: z.ZodType | undefined = unwrap(schema)
  for (const part of path) {
    const { element, valueType }: Definition = definitionOf(present)
    present = unwrap(shapeOf(present)[String(part)] ?? element ?? valueType)
  }
  return Object.keys(shapeOf(present))
}

/** Of a union, the fields of all its forms. */
function shapeOf(schema: z.ZodType | undefined): Readonly<Record<string, z.ZodType>> {
  const { shape, options = [] } = definitionOf(schema)
  return shape ?? Object.assign({}, ...options.map((option) => shapeOf(unwrap(option))))
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let present = schema
  for (;;) {
    const inner: z.ZodType | undefined = definitionOf(present).innerType ?? definitionOf(present).in
    if (!inner) return present
    present = inner
  }
}

// Zod's documented way for libraries to look into a schema.
// eslint-disable-next-line no-underscore-dangle
const definitionOf = (schema: z.ZodType | undefined): Definition => (schema?._zod.def ?? {}) as Definition
