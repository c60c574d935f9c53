import type { Condition, Json, Leaf } from '../../evaluation/index.ts'
import { instantMs } from '../../evaluation/instant.ts'
import { parseRange } from '../../evaluation/operators/cidr.ts'
import type { RegexCompiler } from '../../evaluation/operators/matchers.ts'
import { parseVersion } from '../../evaluation/operators/semver.ts'
import type { UnleashConstraint } from './unleash-state.ts'

export interface ConstraintParts {
  readonly regex: RegexCompiler
  readonly note: (effect: 'differs' | 'off', sentence: string) => void
}

const never: Condition = { any: [] }
const longestRegex = 256

/** A constraint as a condition. What Unleash takes for false, such as a pattern that is none, is false here. */
export function toCondition(constraint: UnleashConstraint, parts: ConstraintParts): Condition {
  const { operator, contextName } = constraint
  if (contextName === 'environment' || contextName === 'appName')
    parts.note(
      'differs',
      `It asks for "${contextName}", which Unleash's SDK fills in by itself: put it into the context.`,
    )
  const holds = positive(operator === 'NOT_IN' ? { ...constraint, operator: 'IN' } : constraint, parts)
  if (holds === null) {
    parts.note('off', `Its constraint by "${operator}" is unknown to Unleash's SDK, and holds for nobody.`)
    return never
  }
  const isNegative = (operator === 'NOT_IN') !== (constraint.inverted === true)
  if (holds === never) return isNegative ? { all: [] } : never
  return isNegative ? { not: holds } : holds
}

const textOperators: Readonly<Record<string, string>> = {
  STR_STARTS_WITH: 'starts',
  STR_ENDS_WITH: 'ends',
  STR_CONTAINS: 'contains',
}
const numberOperators: Readonly<Record<string, string>> = {
  NUM_EQ: 'in',
  NUM_GT: 'gt',
  NUM_GTE: 'gte',
  NUM_LT: 'lt',
  NUM_LTE: 'lte',
}
const versionOperators: Readonly<Record<string, string>> = {
  SEMVER_EQ: 'semver.eq',
  SEMVER_GT: 'semver.gt',
  SEMVER_GTE: 'semver.gte',
  SEMVER_LT: 'semver.lt',
  SEMVER_LTE: 'semver.lte',
}

/** Without its negation; null for an operator that Unleash does not know. */
function positive(constraint: UnleashConstraint, parts: ConstraintParts): Condition | null {
  const { operator, value, caseInsensitive } = constraint
  if (operator === 'IN') return leaf(constraint, 'in', cleaned(constraint))
  const textOperator = own(textOperators, operator)
  if (textOperator) return leaf(constraint, textOperator, cleaned(constraint), caseInsensitive === true)
  const numberOperator = own(numberOperators, operator)
  if (numberOperator) return leaf(constraint, numberOperator, Number.isFinite(Number(value)) ? [Number(value)] : [])
  const versionOperator = own(versionOperators, operator)
  if (versionOperator) return leaf(constraint, versionOperator, versionsOf(value))
  if (operator === 'REGEX') return regexLeaf(constraint, parts)
  if (operator === 'IN_CIDR')
    return leaf(
      constraint,
      'cidr',
      cleaned(constraint).filter((range) => parseRange(range) !== null),
    )
  if (operator === 'DATE_AFTER' || operator === 'DATE_BEFORE')
    return dateCondition(operator === 'DATE_AFTER' ? 'after' : 'before', value, parts)
  return null
}

const own = (operators: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(operators, name) ? operators[name] : undefined

function leaf({ contextName }: UnleashConstraint, op: string, values: readonly Json[], fold = false): Condition {
  const comparison: Leaf = { attr: contextName, op, values, ...(fold ? { fold } : {}), x: { read: 'unleash' } }
  return values.length === 0 ? never : comparison
}

/** As Unleash cleans them: without empty ones and without space around. */
const cleaned = ({ values = [] }: UnleashConstraint): string[] =>
  values.filter((value) => typeof value === 'string' && value !== '').map((value) => value.trim())

function versionsOf(value: unknown): string[] {
  const version = String(value).trim().replace(/^v/, '')
  return parseVersion(version) === null ? [] : [version]
}

function regexLeaf(constraint: UnleashConstraint, { regex, note }: ConstraintParts): Condition {
  const pattern = `${constraint.caseInsensitive === true ? '(?i)' : ''}${String(constraint.value)}`
  try {
    regex(pattern)
  } catch {
    return never
  }
  if (constraint.value === undefined || constraint.value === null) return never
  if (pattern.length <= longestRegex) return leaf(constraint, 'regex', [pattern])
  note('off', `Its pattern has more than ${longestRegex} characters: write it as several.`)
  return never
}

/** Unleash looks at the clock, or at `currentTime` when the context has one, whatever the constraint names. */
function dateCondition(op: 'before' | 'after', value: unknown, { note }: ConstraintParts): Condition {
  const text = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value
  if (typeof text !== 'string' || instantMs(text) === null) {
    note('off', `Its date ${JSON.stringify(value)} names no zone or is none: write it as 2026-11-20T10:00:00Z.`)
    return never
  }
  return {
    any: [
      { attr: 'currentTime', op, values: [text] },
      {
        all: [
          { attr: 'currentTime', op: 'exists', negate: true },
          { attr: '$now', op, values: [text] },
        ],
      },
    ],
  }
}
