import { checkNumber } from './check-json.ts'
import { type Faults, isPlainObject } from '../faults.ts'

/** What describes a flag and never changes an answer. */
export function checkNotes(input: Record<string, unknown>, faults: Faults): void {
  for (const name of ['description', 'owner', 'rollbackImpact'] as const) faults.text(`/${name}`, input[name])
  const { client, risk, kind, tags, metadata, models } = input
  faults.switch('/client', client)
  if (risk !== undefined && !['low', 'medium', 'high'].includes(risk as string))
    faults.rule('/risk', `Expected low, medium or high; got ${JSON.stringify(risk)}.`)
  if (kind !== undefined && !['release', 'ops'].includes(kind as string))
    faults.rule('/kind', `Expected release or ops; got ${JSON.stringify(kind)}.`)
  if (tags !== undefined && !isTexts(tags)) faults.type('/tags', 'a list of texts', tags)
  faults.instant('/expires', input['expires'])
  if (models !== undefined) checkModels(models, faults)
  if (metadata === undefined) return
  if (!isPlainObject(metadata)) return faults.type('/metadata', 'an object of texts, numbers and booleans', metadata)
  for (const [name, value] of Object.entries(metadata)) {
    const at = faults.at('/metadata', name)
    faults.key(at, name)
    if (typeof value === 'number') checkNumber(at, value, faults)
    else if (typeof value !== 'string' && typeof value !== 'boolean')
      faults.type(at, 'a text, number or boolean', value)
  }
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string')

function checkModels(value: unknown, faults: Faults): void {
  if (!isPlainObject(value)) return faults.type('/models', 'an object such as {"minContext": 8000}', value)
  faults.onlyFields('/models', value, ['requires', 'minContext'])
  const { requires, minContext } = value
  if (requires !== undefined && !isTexts(requires)) faults.type('/models/requires', 'a list of texts', requires)
  if (minContext !== undefined && !(Number.isSafeInteger(minContext) && (minContext as number) > 0))
    faults.type('/models/minContext', 'a whole number of tokens above 0', minContext)
}
