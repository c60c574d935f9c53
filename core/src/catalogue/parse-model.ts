import type { FlagProblem } from '../evaluation/faults.ts'
import { Faults, isPlainObject } from '../evaluation/faults.ts'
import {
  type Alias,
  type FieldGroup,
  type Model,
  type Source,
  aliasKinds,
  fieldGroups,
  modalities,
  modelKinds,
  modelStatuses,
  sources,
} from './model.ts'
import { splitModelId } from './model-id.ts'
import { compareText, readPrices, readTime } from './parse-price.ts'
import { readReasoning } from './parse-reasoning.ts'

export type ParsedModel =
  | { readonly ok: true; readonly model: Model }
  | { readonly ok: false; readonly problems: readonly FlagProblem[] }

const modelFields = [
  'id',
  'provider',
  'name',
  'status',
  'kind',
  'family',
  'upstream',
  'tags',
  'notes',
  'limits',
  'modalities',
  'capabilities',
  'reasoning',
  'replacedBy',
  'deprecatedAt',
  'retireAt',
  'prices',
  'aliases',
  'source',
  'sourceUrl',
  'managedBy',
  'extra',
]
const capabilityPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
const longestText = 4000
const largestExtra = 65_536

/**
 * Checks untrusted JSON as a model and gives its canonical form: equal models are equal as JSON text. `prices` and
 * `aliases` may be absent.
 */
export function parseModel(input: unknown): ParsedModel {
  const faults = new Faults()
  const model = readModel(input, faults)
  return model && faults.found.length === 0 ? { ok: true, model } : { ok: false, problems: faults.found }
}

function readModel(input: unknown, faults: Faults): Model | null {
  if (!isPlainObject(input)) {
    faults.type('', 'a model such as {"id": "openai:gpt-4o", "prices": [{"meter": "input", "rate": "2.5"}]}', input)
    return null
  }
  faults.onlyFields('', input, modelFields)
  const parts = readId(input, faults)
  const limits = readLimits(input['limits'], faults)
  const id = typeof input['id'] === 'string' ? input['id'] : ''
  const aliases = readAliases(input['aliases'], id, faults)
  const replacedBy = readText(input, 'replacedBy', faults)
  if (replacedBy !== undefined && (!splitModelId(replacedBy) || replacedBy === id))
    faults.rule('/replacedBy', 'Expected the id of another model.')
  return {
    id,
    provider: parts?.provider ?? '',
    name: readText(input, 'name', faults, 200) ?? parts?.name ?? '',
    status: oneOf(input, 'status', modelStatuses, 'active', faults),
    kind: oneOf(input, 'kind', modelKinds, 'chat', faults),
    ...optional('family', readText(input, 'family', faults, 200)),
    ...optional('upstream', readUpstream(input['upstream'], faults)),
    ...optional('tags', readTags(input['tags'], faults)),
    ...optional('notes', readText(input, 'notes', faults)),
    ...optional('limits', limits),
    ...optional('modalities', readModalities(input['modalities'], faults)),
    ...optional('capabilities', readCapabilities(input['capabilities'], faults)),
    ...optional('reasoning', readReasoning(input['reasoning'], '/reasoning', limits?.output, faults)),
    ...optional('replacedBy', replacedBy),
    ...optional('deprecatedAt', readTime(input['deprecatedAt'], '/deprecatedAt', faults)),
    ...optional('retireAt', readTime(input['retireAt'], '/retireAt', faults)),
    prices: readPrices(input['prices'], '/prices', faults),
    aliases,
    source: oneOf(input, 'source', sources, 'manual', faults),
    ...optional('sourceUrl', readText(input, 'sourceUrl', faults, 2000)),
    ...optional('managedBy', readOwners(input['managedBy'], faults)),
    ...optional('extra', readExtra(input['extra'], faults)),
  }
}

const optional = <Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } =>
  (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value }

function readId(input: Readonly<Record<string, unknown>>, faults: Faults): { provider: string; name: string } | null {
  const { id, provider } = input
  if (typeof id !== 'string') {
    faults.type('/id', 'an id such as "openai:gpt-4o"', id)
    return null
  }
  const parts = splitModelId(id)
  if (!parts)
    faults.rule(
      '/id',
      'Expected provider:name, such as "openai:gpt-4o": the provider in small letters, digits, ".", "_" and "-", the name of 1 to 200 characters without spaces.',
    )
  else if (provider !== undefined && provider !== parts.provider)
    faults.rule('/provider', `The id says the provider is "${parts.provider}": correct one of them.`)
  return parts
}

function readText(
  input: Readonly<Record<string, unknown>>,
  name: string,
  faults: Faults,
  most = longestText,
): string | undefined {
  const value = input[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string') faults.type(`/${name}`, 'a text', value)
  else if (value.length > most) faults.rule(`/${name}`, `Expected at most ${most} characters; got ${value.length}.`)
  else if (!value.isWellFormed() || value.includes('\0'))
    faults.rule(`/${name}`, 'The text holds a NUL or half of a surrogate pair.')
  else return value === '' ? undefined : value
  return undefined
}

function oneOf<Value extends string>(
  input: Readonly<Record<string, unknown>>,
  name: string,
  values: readonly Value[],
  otherwise: Value,
  faults: Faults,
): Value {
  const value = input[name]
  if (value === undefined) return otherwise
  if (values.includes(value as Value)) return value as Value
  faults.type(`/${name}`, values.join(', '), value)
  return otherwise
}

function readLimits(input: unknown, faults: Faults): Model['limits'] {
  const object = objectOf(input, '/limits', ['context', 'input', 'output'], faults)
  for (const [name, value] of Object.entries(object))
    if (!(Number.isSafeInteger(value) && (value as number) > 0))
      faults.type(`/limits/${name}`, 'a whole number of tokens above 0', value)
  return inOrder(object, ['context', 'input', 'output'])
}

function readUpstream(input: unknown, faults: Faults): Model['upstream'] {
  const fields = ['sdk', 'modelId', 'via']
  const object = objectOf(input, '/upstream', fields, faults)
  for (const [name, value] of Object.entries(object))
    if (typeof value !== 'string' || value === '' || value.length > 300)
      faults.type(`/upstream/${name}`, 'a text of 1 to 300 characters', value)
  return inOrder(object, fields)
}

/** An object with known fields only; anything else is a fault, and counts as empty. */
function objectOf(
  input: unknown,
  pointer: string,
  fields: readonly string[],
  faults: Faults,
): Readonly<Record<string, unknown>> {
  if (input === undefined) return {}
  if (!isPlainObject(input)) {
    faults.type(pointer, `an object with ${fields.join(', ')}`, input)
    return {}
  }
  faults.onlyFields(pointer, input, fields)
  return input
}

function inOrder<Shape>(object: Readonly<Record<string, unknown>>, fields: readonly string[]): Shape | undefined {
  const present = fields.filter((name) => object[name] !== undefined)
  return present.length === 0 ? undefined : (Object.fromEntries(present.map((name) => [name, object[name]])) as Shape)
}

function readTags(input: unknown, faults: Faults): readonly string[] | undefined {
  if (input === undefined) return undefined
  if (
    !Array.isArray(input) ||
    !input.every((tag) => typeof tag === 'string' && tag !== '' && tag.length <= 100 && tag.isWellFormed())
  ) {
    faults.type('/tags', 'a list of short texts', input)
    return undefined
  }
  return input.length === 0 ? undefined : [...new Set(input as string[])].sort(compareText)
}

function readModalities(input: unknown, faults: Faults): Model['modalities'] {
  if (input === undefined) return undefined
  const object = objectOf(input, '/modalities', ['input', 'output'], faults)
  const side = (name: 'input' | 'output') => {
    const list = object[name] ?? []
    if (Array.isArray(list) && list.every((entry) => (modalities as readonly unknown[]).includes(entry)))
      return modalities.filter((entry) => list.includes(entry))
    faults.type(`/modalities/${name}`, `a list of ${modalities.join(', ')}`, list)
    return []
  }
  return { input: side('input'), output: side('output') }
}

function readCapabilities(input: unknown, faults: Faults): Model['capabilities'] {
  if (input === undefined) return undefined
  if (!isPlainObject(input)) {
    faults.type('/capabilities', 'an object such as {"vision": true, "tools": false}', input)
    return undefined
  }
  for (const [name, value] of Object.entries(input)) {
    const pointer = faults.at('/capabilities', name)
    if (!capabilityPattern.test(name)) faults.rule(pointer, `"${name.slice(0, 80)}" is no name of a capability.`)
    if (typeof value !== 'boolean') faults.type(pointer, 'true or false; leave it out when it is not known', value)
  }
  return inOrder(input, Object.keys(input).sort(compareText))
}

function readAliases(input: unknown, id: string, faults: Faults): readonly Alias[] {
  if (input === undefined) return []
  if (!Array.isArray(input)) {
    faults.type('/aliases', 'a list such as [{"alias": "gpt-4o-2024-08-06", "kind": "dated"}]', input)
    return []
  }
  const aliases = new Map<string, Alias>()
  for (const [index, entry] of input.entries()) {
    const pointer = `/aliases/${index}`
    const object = objectOf(entry, pointer, ['alias', 'kind', 'validFrom'], faults)
    const { alias, kind = 'upstream' } = object
    if (
      typeof alias !== 'string' ||
      alias === '' ||
      alias.length > 300 ||
      /[\s\p{Cc}]/u.test(alias) ||
      !alias.isWellFormed()
    )
      faults.type(`${pointer}/alias`, 'a name of 1 to 300 characters without spaces', alias)
    else if (alias === id) faults.rule(`${pointer}/alias`, 'An alias is another name than the id.')
    else if (!(aliasKinds as readonly unknown[]).includes(kind))
      faults.type(`${pointer}/kind`, aliasKinds.join(', '), kind)
    else {
      const validFrom = readTime(object['validFrom'], `${pointer}/validFrom`, faults)
      const key = `${alias}@${validFrom ?? '0'}`
      if (aliases.has(key)) faults.rule(pointer, `The alias "${alias}" stands twice.`)
      aliases.set(key, { alias, kind: kind as Alias['kind'], ...optional('validFrom', validFrom) })
    }
  }
  return [...aliases.keys()].sort(compareText).map((key) => aliases.get(key) as Alias)
}

function readOwners(input: unknown, faults: Faults): Model['managedBy'] {
  if (input === undefined) return undefined
  const object = objectOf(input, '/managedBy', fieldGroups, faults)
  for (const [group, owner] of Object.entries(object))
    if (!sources.includes(owner as Source)) faults.type(`/managedBy/${group}`, sources.join(', '), owner)
  return inOrder<Partial<Record<FieldGroup, Source>>>(object, fieldGroups)
}

function readExtra(input: unknown, faults: Faults): Model['extra'] {
  if (input === undefined) return undefined
  if (!isPlainObject(input)) {
    faults.type('/extra', 'an object', input)
    return undefined
  }
  const extra = sorted(input) as Record<string, unknown>
  if (JSON.stringify(extra).length > largestExtra)
    faults.rule('/extra', `Expected at most ${largestExtra} characters of JSON.`)
  return Object.keys(extra).length === 0 ? undefined : extra
}

/** The same JSON with the names of every object in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isPlainObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort(compareText)
      .map((name) => [name, sorted(value[name])]),
  )
}
