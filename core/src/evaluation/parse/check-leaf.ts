import { operators } from '../flag.ts'
import { instantMs } from '../instant.ts'
import { parseRange } from '../operators/cidr.ts'
import type { RegexCompiler } from '../operators/matchers.ts'
import { parseVersion } from '../operators/semver.ts'
import { checkSwitches } from './check-draw.ts'
import { checkNumber } from './check-json.ts'
import type { Faults } from '../faults.ts'
import type { ParseOptions } from './parse-options.ts'

const foldable = ['in', 'starts', 'ends', 'contains']
const longestRegex = 256

/** One comparison: an attribute, an operator, operands. */
export function checkLeaf(pointer: string, leaf: Record<string, unknown>, faults: Faults, options: ParseOptions): void {
  faults.onlyFields(pointer, leaf, ['attr', 'op', 'values', 'negate', 'fold', 'x'])
  const { attr, op, values, negate, fold, x } = leaf
  const isPath = Array.isArray(attr) && attr.length > 0 && attr.every((name) => typeof name === 'string')
  if (typeof attr !== 'string' && !isPath)
    faults.type(`${pointer}/attr`, 'the name of an attribute, or a path as a list', attr)
  else if (!options.lenient) for (const name of [attr].flat()) checkName(`${pointer}/attr`, name as string, faults)
  if (!operators.some((known) => known === op))
    return faults.rule(
      `${pointer}/op`,
      `Expected one of ${operators.join(', ')}; got ${JSON.stringify(op) ?? 'nothing'}.`,
    )
  faults.switch(`${pointer}/negate`, negate)
  faults.switch(`${pointer}/fold`, fold)
  if (fold === true && !foldable.includes(op as string))
    faults.rule(`${pointer}/fold`, `Only ${foldable.join(', ')} can leave case aside; take "fold" away.`)
  checkSwitches(`${pointer}/x`, x, faults, options)
  if (op === 'exists') {
    if (values !== undefined) faults.rule(`${pointer}/values`, '"exists" compares with nothing: take "values" away.')
    return
  }
  if (!Array.isArray(values) || values.length === 0)
    return faults.type(`${pointer}/values`, 'a list with at least one value', values)
  for (const [i, wanted] of values.entries())
    checkOperand(`${pointer}/values/${i}`, op as string, wanted, faults, options.regex)
}

function checkName(pointer: string, name: string, faults: Faults): void {
  if (name === '') faults.rule(pointer, 'The name of an attribute has at least one character.')
  else if (name.startsWith('$') && name !== '$now')
    faults.rule(pointer, `Of the names that begin with "$" there is only "$now"; got ${shown(name)}.`)
}

function checkOperand(at: string, op: string, wanted: unknown, faults: Faults, regex?: RegexCompiler): void {
  if (op === 'before' || op === 'after') {
    if (instantMs(wanted) === null)
      faults.rule(at, 'Expected a time with its zone, such as "2026-11-20T10:00:00Z", or whole milliseconds.')
  } else if (['lt', 'lte', 'gt', 'gte'].includes(op)) {
    if (typeof wanted === 'number') checkNumber(at, wanted, faults)
    else faults.type(at, 'a finite number', wanted)
  } else if (op === 'in') {
    if (typeof wanted === 'number') checkNumber(at, wanted, faults)
    else if (typeof wanted !== 'string' && typeof wanted !== 'boolean')
      faults.type(at, 'a text, number or boolean', wanted)
  } else if (typeof wanted !== 'string') faults.type(at, 'a text', wanted)
  else if (op === 'regex') checkRegex(at, wanted, faults, regex)
  else if (op === 'cidr') {
    if (!parseRange(wanted))
      faults.rule(at, `Expected an address or a range such as "10.0.0.0/8" or "2001:db8::/32"; got ${shown(wanted)}.`)
  } else if (op.startsWith('semver.') && !parseVersion(wanted))
    faults.rule(at, `Expected a version of all three parts such as "2.3.0"; got ${shown(wanted)}.`)
}

function checkRegex(at: string, pattern: string, faults: Faults, regex?: RegexCompiler): void {
  if (pattern.length > longestRegex)
    return faults.rule(at, `Expected at most ${longestRegex} characters; got ${pattern.length}.`)
  try {
    regex?.(pattern)
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : 'it does not compile'
    faults.rule(at, `Expected a regular expression in RE2 syntax (no look-around, no back-references): ${why}.`)
  }
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 80))
