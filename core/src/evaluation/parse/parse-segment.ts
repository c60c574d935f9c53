import { type FlagProblem, Faults, isPlainObject } from '../faults.ts'
import type { Condition, Segment } from '../flag.ts'
import { checkCondition } from './check-condition.ts'
import type { ParseOptions } from './parse-options.ts'

/** A segment that was read, or everything that is wrong with it. */
export type ParsedSegment =
  | { readonly ok: true; readonly segment: Segment }
  | { readonly ok: false; readonly problems: readonly FlagProblem[] }

/** Checks untrusted JSON as a segment. Never throws. */
export function parseSegment(input: unknown, options: ParseOptions = {}): ParsedSegment {
  const faults = new Faults()
  if (isPlainObject(input)) {
    faults.onlyFields('', input, ['if', 'description'])
    checkCondition('/if', input['if'], faults, options)
    faults.text('/description', input['description'])
  } else faults.type('', 'an object such as {"if": {"attr": "plan", "op": "in", "values": ["pro"]}}', input)
  return faults.found.length === 0
    ? { ok: true, segment: input as unknown as Segment }
    : { ok: false, problems: faults.found }
}

/** The segments that a condition names, each once. */
export function segmentsIn(condition: Condition): string[] {
  if ('segment' in condition) return [condition.segment]
  if ('not' in condition) return segmentsIn(condition.not)
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : []
  return [...new Set(parts.flatMap(segmentsIn))]
}
