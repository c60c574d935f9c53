import { type Faults, isPlainObject } from '../evaluation/faults.ts'
import { type Effort, type Reasoning, type ReasoningControl, efforts } from './model.ts'

const fieldsOf: Readonly<Record<ReasoningControl['type'], readonly string[]>> = {
  none: [],
  fixed: [],
  toggle: ['param'],
  'openai-reasoning-effort': ['values', 'default'],
  effort: ['param', 'values', 'default'],
  'budget-tokens': ['min', 'max', 'default'],
}

/** Reads untrusted reasoning settings: the type and its configuration have to agree. */
export function readReasoning(
  input: unknown,
  pointer: string,
  outputLimit: number | undefined,
  faults: Faults,
): Reasoning | undefined {
  if (input === undefined) return undefined
  const main = readControl(input, pointer, outputLimit, faults, ['also'])
  const also = isPlainObject(input) ? input['also'] : undefined
  if (!main || also === undefined) return main
  if (!Array.isArray(also)) {
    faults.type(`${pointer}/also`, 'a list of further controls', also)
    return undefined
  }
  const others = also.map((other, i) => readControl(other, `${pointer}/also/${i}`, outputLimit, faults, []))
  return others.length === 0 ? main : { ...main, also: others.filter((other) => other !== undefined) }
}

function readControl(
  input: unknown,
  pointer: string,
  outputLimit: number | undefined,
  faults: Faults,
  more: readonly string[],
): ReasoningControl | undefined {
  if (!isPlainObject(input)) {
    faults.type(pointer, 'reasoning such as {"type": "openai-reasoning-effort", "values": ["low", "high"]}', input)
    return undefined
  }
  const { type } = input
  if (typeof type !== 'string' || !Object.hasOwn(fieldsOf, type)) {
    faults.type(`${pointer}/type`, Object.keys(fieldsOf).join(', '), type)
    return undefined
  }
  const fields = fieldsOf[type as ReasoningControl['type']]
  faults.onlyFields(pointer, input, ['type', ...fields, ...more])
  const before = faults.found.length
  if (fields.includes('param') && !(typeof input['param'] === 'string' && input['param'] !== ''))
    faults.type(`${pointer}/param`, 'the name of the parameter', input['param'])
  if (fields.includes('values')) checkEfforts(input, pointer, faults)
  if (type === 'budget-tokens') checkBudget(input, pointer, outputLimit, faults)
  if (faults.found.length > before) return undefined
  const kept = fields.filter((name) => input[name] !== undefined).map((name) => [name, input[name]])
  return { type, ...Object.fromEntries(kept) } as ReasoningControl
}

function checkEfforts(input: Readonly<Record<string, unknown>>, pointer: string, faults: Faults): void {
  const { values } = input
  const isEffort = (value: unknown): value is Effort => (efforts as readonly unknown[]).includes(value)
  if (!Array.isArray(values) || values.length === 0)
    return faults.type(`${pointer}/values`, `a list of ${efforts.join(', ')}`, values)
  for (const [i, value] of values.entries())
    if (!isEffort(value)) faults.type(`${pointer}/values/${i}`, efforts.join(', '), value)
  if (input['default'] !== undefined && !values.includes(input['default']))
    faults.rule(`${pointer}/default`, `The default has to be one of the values: ${values.join(', ')}.`)
}

function checkBudget(
  { min, max, default: usual }: Readonly<Record<string, unknown>>,
  pointer: string,
  outputLimit: number | undefined,
  faults: Faults,
): void {
  for (const [name, value] of Object.entries({ min, max, default: usual }))
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0))
      faults.type(`${pointer}/${name}`, 'a whole number of tokens', value)
  const [low, high, chosen] = [min ?? 0, max ?? Infinity, usual] as [number, number, number | undefined]
  if (low > high) faults.rule(`${pointer}/min`, `The least budget (${low}) is above the largest (${high}).`)
  if (chosen !== undefined && (chosen < low || chosen > high))
    faults.rule(`${pointer}/default`, `The default (${chosen}) is not from ${low} to ${high}.`)
  if (max !== undefined && outputLimit !== undefined && high > outputLimit)
    faults.rule(`${pointer}/max`, `The largest budget (${high}) is above limits.output (${outputLimit}).`)
}
