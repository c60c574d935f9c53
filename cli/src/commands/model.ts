import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { ModelHistory, ModelList, ModelRecord } from '@sluice/contract'
import type { Cost } from '@sluice/core/catalogue'
import { UsageError } from '../command.ts'
import type { Command, Output } from '../command.ts'
import { type Connection, connect } from '../connection.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { importModels } from '../model/import-models.ts'
import { historyText, listText, recordText } from '../model/model-text.ts'
import { shadowModels } from '../model/shadow-models.ts'
import { catalogueOf, costText, priceCases, writeCosts } from '../model/price-cases.ts'

const usage = `sluice model ls [WORDS]                    --provider, --status, --kind, --capability narrow the list, --limit ends it
sluice model get ID
sluice model add ID                        with --name, --input, --output, --cached, --context, or --file FILE.json
sluice model edit ID                       the same fields; prices begin now; --status; --file is a merge patch (RFC 7396)
sluice model duplicate ID NEW-ID           a draft
sluice model deprecate ID [--replaced-by ID]
sluice model restore ID [--version N]      bring back a deleted model, or write an old version as a new one
sluice model delete ID
sluice model history ID
sluice model import FILE                   of Sluice, LiteLLM, models.dev, OpenRouter or genai-prices
                                           --dry-run, --partial, --take theirs, --format NAME
sluice model export [FILE]                 --format sluice (or litellm)
sluice model shadow TABLE.json             how an application's own table differs from the catalogue;
                                           --accepted FILE.json: differences that are right
sluice model cost ID --in 1000 --out 500   what a call costs now
sluice model cost --cases FILE.ndjson [--catalogue FILE] --json
                                           a line for each case, without a server; "-" is stdin

  --reason TEXT  needed for prices, status, limits and deletion
  --json         JSON on stdout

SLUICE_URL and SLUICE_KEY say which server.`

const options = {
  name: { type: 'string' },
  input: { type: 'string' },
  output: { type: 'string' },
  cached: { type: 'string' },
  context: { type: 'string' },
  status: { type: 'string' },
  provider: { type: 'string' },
  kind: { type: 'string' },
  capability: { type: 'string' },
  limit: { type: 'string' },
  file: { type: 'string' },
  'replaced-by': { type: 'string' },
  version: { type: 'string' },
  format: { type: 'string' },
  take: { type: 'string' },
  partial: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  in: { type: 'string' },
  out: { type: 'string' },
  cases: { type: 'string' },
  catalogue: { type: 'string' },
  accepted: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

const read = (args: readonly string[]) => parseArgs({ args: [...args], allowPositionals: true, options })
type Values = ReturnType<typeof read>['values']

interface Asked {
  readonly names: readonly string[]
  readonly values: Values
  readonly output: Output
  /** Connects when it is first needed: costs are worked out without a server. */
  readonly to: () => Connection
}

const idOf = ({ names: [id] }: Asked): string => {
  if (id === undefined) throw new UsageError('Expected the id of a model, such as openai:gpt-4o.')
  return id
}

const base = '/api/v1/models'
const at = (id: string, rest = ''): string => `${base}/${encodeURIComponent(id)}${rest}`
const withReason = (path: string, { reason }: Values): string =>
  reason === undefined ? path : `${path}?${new URLSearchParams({ reason })}`

function shown<T>(asked: Asked, answer: T, text: (answer: T) => string): ExitCode {
  asked.output.out(asked.values.json ? JSON.stringify(answer) : text(answer))
  return exitCodes.ok
}

const verbs: Readonly<Record<string, (asked: Asked) => Promise<ExitCode>>> = {
  async ls(asked) {
    const { provider, status, kind, capability, limit } = asked.values
    const wanted = { q: asked.names.join(' '), provider, status, kind, capability, limit }
    const query = Object.entries(wanted).filter((pair): pair is [string, string] => Boolean(pair[1]))
    return shown(asked, await asked.to().request<ModelList>('GET', `${base}?${new URLSearchParams(query)}`), listText)
  },

  async get(asked) {
    return shown(asked, await asked.to().request<ModelRecord>('GET', `${at(idOf(asked))}?deleted=true`), recordText)
  },

  async add(asked) {
    const body = { id: idOf(asked), ...(await fieldsOf(asked.values)) }
    return shown(asked, await asked.to().request<ModelRecord>('POST', withReason(base, asked.values), body), recordText)
  },

  async edit(asked) {
    return patch(asked, await fieldsOf(asked.values))
  },

  async deprecate(asked) {
    const replacedBy = asked.values['replaced-by']
    return patch(asked, { status: 'deprecated', ...(replacedBy === undefined ? {} : { replacedBy }) })
  },

  async duplicate(asked) {
    const id = asked.names[1]
    if (id === undefined) throw new UsageError('Expected the id of the new model as well.')
    const path = withReason(at(idOf(asked), '/duplicate'), asked.values)
    return shown(asked, await asked.to().request<ModelRecord>('POST', path, { id }), recordText)
  },

  async restore(asked) {
    const { version } = asked.values
    const [path, body] = version === undefined ? ['/restore', undefined] : ['/revert', { version: Number(version) }]
    const target = withReason(at(idOf(asked), path), asked.values)
    return shown(asked, await asked.to().request<ModelRecord>('POST', target, body), recordText)
  },

  async delete(asked) {
    await asked.to().request('DELETE', withReason(at(idOf(asked)), asked.values))
    return shown(
      asked,
      { deleted: idOf(asked) },
      ({ deleted }) => `${deleted} is deleted. sluice model restore brings it back.`,
    )
  },

  async history(asked) {
    return shown(
      asked,
      await asked.to().request<ModelHistory>('GET', at(idOf(asked), '/history?limit=200')),
      historyText,
    )
  },

  async import(asked) {
    const [file] = asked.names
    if (file === undefined) throw new UsageError('Expected a file.')
    const { format, take, reason, partial, json, 'dry-run': dryRun } = asked.values
    return importModels(asked.to(), file, { format, take, reason, partial, dryRun, json }, asked.output)
  },

  async export(asked) {
    const { format = 'sluice' } = asked.values
    const answer = await asked.to().send('GET', `${base}/export?${new URLSearchParams({ format })}`)
    const text = await answer.text()
    const lost = answer.headers.get('x-sluice-lost')
    if (lost !== null && lost !== '0') asked.output.err(`Of ${lost} models LiteLLM cannot say all: see "sluice_lost".`)
    const [file] = asked.names
    if (file === undefined) asked.output.out(text.trimEnd())
    else await writeFile(file, text)
    return exitCodes.ok
  },

  async shadow(asked) {
    const [file] = asked.names
    if (file === undefined) throw new UsageError('Expected a file with the models of the application.')
    const { accepted, json } = asked.values
    return shadowModels(asked.to(), file, { accepted, json }, asked.output)
  },

  async cost(asked) {
    const { cases, catalogue, json } = asked.values
    if (cases === undefined) return costOfCall(asked)
    const priced = priceCases(cases, await catalogueOf(catalogue), Date.now())
    if (json) await writeCosts(priced, asked.output)
    else for await (const { id, cost } of priced) asked.output.out(costText(cost, id))
    return exitCodes.ok
  },
}

async function costOfCall(asked: Asked): Promise<ExitCode> {
  const { in: input, out, catalogue } = asked.values
  const used = { inputTokens: countOf(input, '--in'), outputTokens: countOf(out, '--out') }
  const model = idOf(asked)
  const cost =
    catalogue === undefined
      ? await asked.to().request<Cost>('POST', `${base}/cost`, { model, usage: used })
      : (await catalogueOf(catalogue)).cost(model, used, { atMs: Date.now() })
  return shown(asked, cost, (found) => costText(found))
}

async function patch(asked: Asked, body: object): Promise<ExitCode> {
  const to = asked.to()
  const target = at(idOf(asked))
  const { version } = await to.request<ModelRecord>('GET', target)
  const answer = await to.send('PATCH', withReason(target, asked.values), {
    text: JSON.stringify(body),
    headers: { 'if-match': `"v${version}"` },
  })
  return shown(asked, (await answer.json()) as ModelRecord, recordText)
}

/** A model, or a part of one, from a file and from the options; these win. */
async function fieldsOf(values: Values): Promise<Record<string, unknown>> {
  const { file, name, status, kind, context } = values
  const fields = file === undefined ? {} : (JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>)
  const { input, output, cached } = values
  const pricing = Object.entries({ input, output, cached }).filter(([, rate]) => rate !== undefined)
  const given = { name, status, kind, contextWindow: context === undefined ? undefined : countOf(context, '--context') }
  const found = {
    ...fields,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(pricing.length > 0 ? { pricing: Object.fromEntries(pricing) } : {}),
  }
  return found
}

function countOf(text: string | undefined, option: string): number {
  const count = Number(text ?? 0)
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new UsageError(`Expected ${option} as a whole number; got "${text}".`)
}

/** `sluice model …`: everything about the catalogue of models. */
export const modelCommand: Command = {
  name: 'model',
  summary: 'list, write, import and price models',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = read(args)
    const [name = '', ...names] = positionals
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
    if (!verb) throw new UsageError(`Expected one of ${Object.keys(verbs).join(', ')}; got "${name}".`)
    return verb({ names, values, output, to: () => connect(undefined) })
  },
}
