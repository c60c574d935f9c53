import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

type Schema = Record<string, unknown>

const description = parse(readFileSync(new URL('../../conformance/ofrep/openapi.yaml', import.meta.url), 'utf8')) as {
  components: { schemas: Record<string, Schema> }
}
const { schemas } = description.components

// As published, an answer with a value is refused: `codeDefaultFlag` fits it too, and an integer fits three of the branches.
schemas['codeDefaultFlag'] = { ...schemas['codeDefaultFlag'], not: { required: ['value'] } }
const { allOf } = schemas['evaluationSuccess'] as { readonly allOf: [Schema, Schema] }
const [, values] = allOf
values['anyOf'] = values['oneOf']
delete values['oneOf']

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
ajv.addSchema(description, 'ofrep')

const names: Record<string, Record<number, string>> = {
  one: { 200: 'serverEvaluationSuccess', 400: 'evaluationFailure', 404: 'flagNotFound', 500: 'generalErrorResponse' },
  bulk: { 200: 'bulkEvaluationSuccess', 400: 'bulkEvaluationFailure', 500: 'generalErrorResponse' },
}

/** What is wrong with an answer by the protocol's own description; statuses without a schema pass. */
export function ofrepFaults(kind: 'one' | 'bulk', status: number, body: unknown): string[] {
  const name = names[kind]?.[status]
  return name === undefined ? [] : faultsOf(name, body)
}

/** The same for one message of the event stream. */
export const ofrepEventFaults = (data: unknown): string[] => faultsOf('sseEventData', data)

function faultsOf(name: string, body: unknown): string[] {
  const validate = ajv.getSchema(`ofrep#/components/schemas/${name}`)
  if (!validate) throw new Error(`OFREP describes no ${name}.`)
  return validate(body) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
