import type { Condition, Leaf } from '@sluice/core/evaluation'
import { operatorWords } from './condition-text.ts'

/** A condition as the form holds it: parts of which all, or any, must hold. No part: everyone. */
export interface ConditionValues {
  readonly join: 'all' | 'any'
  readonly parts: readonly PartValues[]
}

/** One part; what the fields cannot say stands as JSON. */
export interface PartValues {
  readonly kind: 'attribute' | 'segment' | 'json'
  readonly attr: string
  readonly op: string
  /** What the values are; operators that take one kind only ignore it. */
  readonly type: 'text' | 'number' | 'boolean'
  /** One a line. */
  readonly values: string
  readonly negate: boolean
  readonly fold: boolean
  readonly segment: string
  readonly json: string
}

export const emptyPart: PartValues = {
  kind: 'attribute',
  attr: '',
  op: 'in',
  type: 'text',
  values: '',
  negate: false,
  fold: false,
  segment: '',
  json: '',
}

export const everyone: ConditionValues = { join: 'all', parts: [] }

const ordering = new Set(['lt', 'lte', 'gt', 'gte'])
const foldable = new Set(['in', 'starts', 'ends', 'contains'])
export const canFold = (op: string): boolean => foldable.has(op)
/** Only `in` compares with values of more than one kind. */
export const hasType = (op: string): boolean => op === 'in'

export function conditionValuesOf(condition: Condition | undefined): ConditionValues {
  if (condition === undefined) return everyone
  if ('all' in condition) return { join: 'all', parts: condition.all.map(partOf) }
  if ('any' in condition) return { join: 'any', parts: condition.any.map(partOf) }
  return { join: 'all', parts: [partOf(condition)] }
}

function partOf(condition: Condition): PartValues {
  if ('segment' in condition) return { ...emptyPart, kind: 'segment', segment: condition.segment }
  if ('not' in condition && 'segment' in condition.not)
    return { ...emptyPart, kind: 'segment', segment: condition.not.segment, negate: true }
  if ('attr' in condition) {
    const values = leafText(condition)
    if (values !== null)
      return { ...emptyPart, ...values, negate: condition.negate === true, fold: condition.fold === true }
  }
  return { ...emptyPart, kind: 'json', json: JSON.stringify(condition, null, 2) }
}

/** Null when the fields could not give back the same comparison. */
function leafText(leaf: Leaf): Pick<PartValues, 'attr' | 'op' | 'type' | 'values'> | null {
  const { attr, op, values = [], x } = leaf
  const type = values.length === 0 ? 'string' : typeof values[0]
  const isPlain = values.every((value) => typeof value === type && isLine(String(value)))
  if (typeof attr !== 'string' || x !== undefined || !isPlain || !Object.hasOwn(operatorWords, op)) return null
  if (type !== 'string' && type !== 'number' && type !== 'boolean') return null
  return { attr, op, type: type === 'string' ? 'text' : type, values: values.map(String).join('\n') }
}

const isLine = (text: string): boolean => text !== '' && text.trim() === text && !text.includes('\n')

/** The condition of these fields. What does not read as a number stays as it was typed, for the server to name. */
export function conditionOf({ join, parts }: ConditionValues): unknown {
  if (parts.length === 0) return undefined
  if (parts.length === 1) return partCondition(parts[0] as PartValues)
  return { [join]: parts.map(partCondition) }
}

function partCondition({ kind, attr, op, type, values, negate, fold, segment, json }: PartValues): unknown {
  if (kind === 'segment') return negate ? { not: { segment } } : { segment }
  if (kind === 'json') return readJson(json)
  const lines = values
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return {
    attr: attr.trim(),
    op,
    ...(op === 'exists'
      ? {}
      : { values: lines.map((line) => valueOf(line, ordering.has(op) ? 'number' : hasType(op) ? type : 'text')) }),
    ...(negate ? { negate } : {}),
    ...(fold && canFold(op) ? { fold } : {}),
  }
}

function valueOf(line: string, type: PartValues['type']): unknown {
  if (type === 'number') return Number.isNaN(Number(line)) ? line : Number(line)
  if (type === 'boolean') return line === 'true' ? true : line === 'false' ? false : line
  return line
}

/** What was typed, where it is no JSON: the server says what it expected instead. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Where a part stands in the condition that is sent. */
export const pointerOfPart = (at: string, { join, parts }: ConditionValues, index: number): string =>
  parts.length === 1 ? at : `${at}/${join}/${index}`
