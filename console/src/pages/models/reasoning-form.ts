import type { Reasoning } from '@sluice/core/catalogue'

/** How a model reasons, as texts of a form. Empty type: not known. */
export interface ReasoningValues {
  readonly type: '' | Reasoning['type']
  readonly param: string
  readonly values: string
  readonly default: string
  readonly min: string
  readonly max: string
}

export const noReasoning: ReasoningValues = { type: '', param: '', values: '', default: '', min: '', max: '' }

type Field = Exclude<keyof ReasoningValues, 'type'>

/** Which settings each type has. */
export const reasoningFields: Readonly<Record<ReasoningValues['type'], readonly Field[]>> = {
  '': [],
  none: [],
  fixed: [],
  toggle: ['param'],
  'openai-reasoning-effort': ['values', 'default'],
  effort: ['param', 'values', 'default'],
  'budget-tokens': ['min', 'max', 'default'],
}

export function reasoningValues(reasoning: Reasoning | undefined): ReasoningValues {
  if (!reasoning) return noReasoning
  const known = reasoning as unknown as Readonly<Record<string, unknown>>
  const text = (name: Field): string => {
    const value = known[name]
    return Array.isArray(value) ? value.join(', ') : value === undefined ? '' : String(value)
  }
  return {
    type: reasoning.type,
    param: text('param'),
    values: text('values'),
    default: text('default'),
    min: text('min'),
    max: text('max'),
  }
}

/**
 * What a merge has to say: undefined where nothing changed, null where it is no longer known. Settings that the new type does
 * not have are taken away, as a merge would keep them.
 */
export function reasoningChange(
  before: ReasoningValues,
  after: ReasoningValues,
): Readonly<Record<string, unknown>> | null | undefined {
  const names = ['type', 'param', 'values', 'default', 'min', 'max'] as const
  if (names.every((name) => before[name] === after[name])) return undefined
  if (after.type === '') return null
  const now = after.type
  const gone =
    before.type === '' ? [] : reasoningFields[before.type].filter((name) => !reasoningFields[now].includes(name))
  const settings = reasoningFields[now].map((name) => {
    const isLeftOver = name === 'default' && after.default === before.default && isCount(now) !== isCount(before.type)
    return [name, isLeftOver ? null : settingOf(now, name, after[name].trim())] as const
  })
  const isNew = before.type === ''
  return {
    type: now,
    ...Object.fromEntries(gone.map((name) => [name, null])),
    ...Object.fromEntries(settings.filter(([, value]) => !(isNew && value === null))),
  }
}

/** An effort is no default of a budget, nor the other way round. */
const isCount = (type: string): boolean => type === 'budget-tokens'

function settingOf(type: string, name: Field, text: string): unknown {
  if (text === '') return null
  if (name === 'values') return text.split(/[\s,]+/).filter((value) => value !== '')
  return isCount(type) && /^\d+$/.test(text) ? Number(text) : text
}
