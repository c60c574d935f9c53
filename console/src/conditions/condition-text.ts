import type { Condition, Json, Leaf } from '@sluice/core/evaluation'

/** Operators as the middle of a sentence: "plan is pro". */
export const operatorWords: Readonly<Record<string, string>> = {
  in: 'is',
  exists: 'is there',
  starts: 'starts with',
  ends: 'ends with',
  contains: 'contains',
  regex: 'matches',
  cidr: 'is in the network',
  lt: 'is below',
  lte: 'is at most',
  gt: 'is above',
  gte: 'is at least',
  before: 'is before',
  after: 'is after',
  'semver.eq': 'is version',
  'semver.lt': 'is before version',
  'semver.lte': 'is at most version',
  'semver.gt': 'is after version',
  'semver.gte': 'is at least version',
}

const mostShown = 5

/** A condition as a sentence of people. */
export function conditionText(condition: Condition): string {
  if ('segment' in condition) return `in the segment ${condition.segment}`
  if ('not' in condition) return `not (${conditionText(condition.not)})`
  if ('all' in condition) return joined(condition.all, 'and', 'everyone')
  if ('any' in condition) return joined(condition.any, 'or', 'nobody')
  return leafText(condition)
}

function joined(parts: readonly Condition[], word: string, none: string): string {
  if (parts.length === 0) return none
  const isGroup = (part: Condition): boolean => 'all' in part || 'any' in part
  return parts
    .map((part) => (isGroup(part) && parts.length > 1 ? `(${conditionText(part)})` : conditionText(part)))
    .join(` ${word} `)
}

function leafText({ attr, op, values = [], negate = false, fold = false }: Leaf): string {
  const name = typeof attr === 'string' ? attr : attr.join(' › ')
  const words = operatorWords[op] ?? op
  const denied = negate ? words.replace(/^is\b/, 'is not').replace(/^(?!is\b)/, 'not: ') : words
  const shown = values.slice(0, mostShown).map(valueText).join(' or ')
  const more = values.length > mostShown ? ` or ${values.length - mostShown} more` : ''
  return `${name} ${denied}${shown === '' ? '' : ` ${shown}`}${more}${fold ? ' in any case' : ''}`
}

const valueText = (value: Json): string => (typeof value === 'string' ? `“${value}”` : JSON.stringify(value))
