import { operators } from '../flag.ts'
import { checkLeaf } from './check-leaf.ts'
import { type Faults, isPlainObject } from '../faults.ts'
import type { ParseOptions } from './parse-options.ts'

const deepest = 16
const mostNodes = 1000

/** A condition of a rule or a segment: at most 16 deep and of 1,000 nodes. Answers how many nodes it has. */
export function checkCondition(pointer: string, value: unknown, faults: Faults, options: ParseOptions): number {
  const check = { faults, options, nodes: 0 }
  checkNode(pointer, value, 0, check)
  if (check.nodes > mostNodes)
    faults.rule(
      pointer,
      `Expected at most ${mostNodes} conditions; got ${check.nodes}. Put long lists of values into one.`,
    )
  return check.nodes
}

interface Check {
  readonly faults: Faults
  readonly options: ParseOptions
  nodes: number
}

function checkNode(pointer: string, value: unknown, depth: number, check: Check): void {
  const { faults, options } = check
  check.nodes += 1
  // Beyond that the count is all that matters.
  if (check.nodes > 10 * mostNodes) return
  if (depth > deepest) return faults.rule(pointer, `Conditions may nest ${deepest} deep.`)
  if (!isPlainObject(value))
    return faults.type(pointer, 'a condition such as {"attr": "plan", "op": "in", "values": ["pro"]}', value)
  for (const group of ['all', 'any'] as const) {
    if (!Object.hasOwn(value, group)) continue
    const parts = value[group]
    if (!Array.isArray(parts)) return faults.type(`${pointer}/${group}`, 'a list of conditions', parts)
    faults.onlyFields(pointer, value, [group])
    for (const [i, part] of parts.entries()) checkNode(`${pointer}/${group}/${i}`, part, depth + 1, check)
    return
  }
  if (Object.hasOwn(value, 'not')) {
    faults.onlyFields(pointer, value, ['not'])
    return checkNode(`${pointer}/not`, value['not'], depth + 1, check)
  }
  if (Object.hasOwn(value, 'segment')) return checkSegment(pointer, value, check)
  const isKnown = operators.some((known) => known === value['op'])
  // What a newer version put here is not ours to judge; the evaluation that reaches it says so.
  if (!isKnown && options.lenient && (typeof value['op'] === 'string' || Object.hasOwn(value, 'guest'))) return
  checkLeaf(pointer, value, faults, options)
}

function checkSegment(pointer: string, value: Record<string, unknown>, { faults, options }: Check): void {
  faults.onlyFields(pointer, value, ['segment'])
  const { segment } = value
  if (typeof segment !== 'string') faults.type(`${pointer}/segment`, 'the name of a segment', segment)
  else if (options.segments && !options.lenient && !options.segments.has(segment))
    faults.rule(
      `${pointer}/segment`,
      `There is no segment "${segment.slice(0, 80)}": create it first, or write its condition out here.`,
    )
}
