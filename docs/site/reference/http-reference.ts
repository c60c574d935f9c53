import { readConfig, serverParts, startServer } from '@sluice/server'
import { fieldsText, typeText } from './schema-text.ts'
import type { JsonSchema } from './schema-text.ts'
import { code } from './table.ts'

interface Operation {
  readonly summary: string
  readonly 'x-key-kinds'?: readonly string[]
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly description?: string
    readonly schema: JsonSchema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: JsonSchema }>> }
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>> }
    >
  >
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

/** What a server says of itself at `/api/v1/openapi.json`. */
async function readDescription(): Promise<OpenApi> {
  const variables = { PORT: '0', SLUICE_DATABASE_URL: 'sqlite::memory:', SLUICE_LOG_LEVEL: 'error' }
  const server = await startServer(readConfig(variables), { parts: serverParts })
  try {
    return (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as OpenApi
  } finally {
    await server.close()
  }
}

const inside = '/api/v1/environments/{env}'

/** Chapters by what an address is about, in the order in which they come up. */
const chapterOf = (path: string): string => {
  const rest = path.startsWith(`${inside}/`) ? path.slice(inside.length + 1) : path.replace(/^\/(api\/v1\/)?/, '')
  const [noun = ''] = rest.split('/')
  return chapters[noun] ?? 'Server'
}

const chapters: Readonly<Record<string, string>> = {
  flags: 'Flags',
  segments: 'Flags',
  snapshot: 'SDKs',
  stream: 'SDKs',
  instances: 'SDKs',
  observations: 'Observations and metrics',
  metrics: 'Observations and metrics',
  rollouts: 'Rollouts',
  train: 'Rollouts',
  'plan-templates': 'Rollouts',
  alerts: 'Alerts and channels',
  channels: 'Alerts and channels',
  config: 'Config as code',
  models: 'Models',
  events: 'Events and audit',
  audit: 'Events and audit',
  keys: 'Keys and sessions',
  session: 'Keys and sessions',
  environments: 'Keys and sessions',
  ofrep: 'OFREP',
}

/** Every endpoint and every schema of the API, from its own description. */
export async function httpReference(): Promise<string> {
  const { paths, components } = await readDescription()
  const anchorOf = (name: string): string | null =>
    Object.hasOwn(components.schemas, name) ? name.toLowerCase() : null
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const order = [...new Set(Object.values(chapters)), 'Server']
  const groups = Map.groupBy(operations, ({ path }) => chapterOf(path))
  const parts = order.map((title) => {
    const entries = (groups.get(title) ?? []).map((entry) => operationText(entry, anchorOf))
    return `## ${title}\n\n${entries.join('\n\n')}`
  })
  const schemas = Object.entries(components.schemas).map(([name, schema]) => {
    const body = schema.properties ? fieldsText(schema, anchorOf) : typeText(schema, anchorOf)
    return `### ${name}\n\n${schema.description ?? ''}\n\n${body}`
  })
  return `# HTTP API

One port. \`Authorization: Bearer <key>\`. The same as OpenAPI 3.1: \`GET /api/v1/openapi.json\`. Lists are \`{ "items": […], "next"?: cursor }\`. A refusal is a
problem (RFC 9457) that names each bad field and the remedy: [codes](codes.md#problems). How versions, streams and rows work:
[the wire](../../contract/WIRE.md). \`…\` stands for \`${inside}\`.

${parts.join('\n\n')}

## Schemas

${schemas.join('\n\n')}
`
}

function operationText(
  { path, method, operation }: { path: string; method: string; operation: Operation },
  anchorOf: (name: string) => string | null,
): string {
  const { summary, parameters, requestBody, responses } = operation
  const kinds = operation['x-key-kinds']
  const query = parameters.filter((parameter) => parameter.in === 'query')
  const parameterText = ({ name, schema, required, description }: Operation['parameters'][number]): string =>
    `${code(name)}${required ? ' *needed*' : ''} ${typeText(schema, anchorOf)}${description === undefined ? '' : `: ${description}`}`
  const schemaOf = (content: Operation['requestBody'] | undefined) => Object.values(content?.content ?? {})[0]?.schema
  const body = schemaOf(requestBody)
  const answers = Object.entries(responses)
    .filter(([status]) => status !== 'default')
    .map(([status, { description, content = {} }]) => {
      const schema = Object.values(content)[0]?.schema
      const type = schema && Object.keys(schema).length > 0 ? ` (${typeText(schema, anchorOf)})` : ''
      return `${code(status)} ${description.replace(/\.$/, '')}${type}`
    })
  const lines = [
    `Keys: ${kinds ? kinds.join(', ') : 'none needed'}`,
    ...(query.length === 0 ? [] : [['Query:', ...query.map(parameterText)].join('\n  - ')]),
    ...(body ? [`Body: ${typeText(body, anchorOf)}`] : []),
    `Answers: ${answers.join('; ')}`,
  ]
  const name = `${method.toUpperCase()} ${path.replace(inside, '…')}`
  return `### ${code(name)}\n\n${summary.replace(/\.$/, '')}.\n\n${lines.map((line) => `- ${line}`).join('\n')}`
}
