// The hot path, measured by `npm run bench -- evaluation`: it allocates nothing. `testing/plain-evaluate.ts` is the same in plain
// words, and the property test holds both against each other.
import type { CompiledFlag, CompiledFlagSet } from './compile/compile-flag-set.ts'
import type { Program } from './compile/compile-flag.ts'
import type { CompiledRule } from './compile/compile-rule.ts'
import type { Lane } from './compile/lane.ts'
import { hashFrom } from './murmur3.ts'
import type { CompiledServe } from './compile/compile-serve.ts'
import { drawsBelow, placeAmong, unitOf } from './compile/draw.ts'
import { type Side, baselineSide, candidateSide, noSide, notFound } from './compile/outcomes.ts'
import { findListed } from './compile/unit-list.ts'
import { type Context, nothing, readTargetingKey, readable } from './context.ts'
import type { Requirement } from './flag.ts'
import type { Outcome } from './outcome.ts'

/** Numbers the evaluations that look at other flags; each of those is then asked once, and one that waits for itself is found. */
let calls = 0

/**
 * The one evaluator: a flag set, a key and a context in, one frozen outcome out. Never throws; what it does not understand
 * is decided towards `off`. `now` is in milliseconds since 1970.
 */
export function evaluate(flags: CompiledFlagSet, flagKey: string, context: Context, now: number): Outcome {
  const flag = flags.flags.get(flagKey)
  return flag === undefined ? notFound : evaluateFlag(flags, flag, context, now)
}

/** Every flag in one context, each key with its outcome: the unit is read once, and so is each condition that several flags share. */
export function evaluateAll(
  flags: CompiledFlagSet,
  context: Context,
  now: number,
  visit: (flagKey: string, outcome: Outcome) => void,
): void {
  const asked = new Map<CompiledRule['tests'], boolean | null>()
  const unit = unitOrNull(context)
  let last: CompiledRule['tests'] | null = null
  let holding: boolean | null = true
  // A list by its index is a tenth faster than a walk through the map.
  const list = (flags.list ??= [...flags.flags.values()])
  for (let i = 0; i < list.length; i++) {
    const flag = list[i] as CompiledFlag
    const { key, lane } = flag
    if (lane === null || unit === null) {
      visit(key, evaluateFlag(flags, flag, context, now))
      continue
    }
    if (lane.tests.length === 0) {
      visit(key, drawLane(lane, unit))
      continue
    }
    if (lane.tests !== last) {
      last = lane.tests
      holding = asked.get(last) ?? holdsOrBreaks(last, context, now)
      asked.set(last, holding)
    }
    visit(key, holding ? drawLane(lane, unit) : holding === null ? lane.failed : lane.otherwise)
  }
}

function unitOrNull(context: Context): string | null {
  try {
    return typeof context === 'object' && context !== null ? readTargetingKey(context) : null
  } catch {
    return null
  }
}

/** Null when the context breaks. */
function holdsOrBreaks(tests: CompiledRule['tests'], context: Context, now: number): boolean | null {
  try {
    return holds(tests, readable(context), now)
  } catch {
    return null
  }
}

function evaluateFlag(flags: CompiledFlagSet, flag: CompiledFlag, context: Context, now: number): Outcome {
  if (flag.lane !== null) return runLane(flag.lane, context, now)
  const program = flag.program ?? flag.prepare()
  if (program.always !== null) return program.always
  try {
    const known = typeof context === 'object' && context !== null ? context : nothing
    return run(flags, program, known, now, program.requires.length > 0 ? newCall() : calls)
  } catch {
    // A getter or a proxy in the context may throw.
    return program.failed
  }
}

function runLane(lane: Lane, context: Context, now: number): Outcome {
  try {
    if (lane.tests.length > 0 && !holds(lane.tests, readable(context), now)) return lane.otherwise
    const unit = typeof context === 'object' && context !== null ? readTargetingKey(context) : null
    return unit === null ? lane.otherwise : drawLane(lane, unit)
  } catch {
    return lane.failed
  }
}

const drawLane = ({ state, before, last, hit, miss }: Lane, unit: string): Outcome =>
  (hashFrom(state, before, unit) ^ upperBit) <= last ? hit : miss

const upperBit = -(2 ** 31)

export const newCall = (): number => (calls = (calls + 1) | 0)

function run(flags: CompiledFlagSet, program: Program, context: Context, now: number, call: number): Outcome {
  for (let i = 0; i < program.requires.length; i++)
    if (!isMet(flags, program.requires[i] as Requirement, context, now, call)) return program.unmet
  if (program.exclude !== null) {
    const excluded = findListed(program.exclude, context, now)
    if (excluded !== undefined) return excluded
  }
  if (program.forced !== null) return program.forced
  if (program.include !== null) {
    const included = findListed(program.include, context, now)
    if (included !== undefined) return included
  }
  return decide(program, context, now)
}

/** The rules in their order, then what is served otherwise. A sample that misses under the rollout makes the unit baseline. */
function decide({ rules, serve, noUnit }: Program, context: Context, now: number): Outcome {
  let side: Side = noSide
  for (let i = 0; i < rules.length; i++) {
    const { tests, gate, serve: ruleServe } = rules[i] as CompiledRule
    if (tests.length > 0 && !holds(tests, readable(context), now)) continue
    let ruleSide: Side = side
    if (gate !== null) {
      const unit = unitOf(gate.draw, context)
      if (unit === null) continue
      if (!drawsBelow(gate.draw, unit, gate.limit)) {
        if (gate.isRollout) side = baselineSide
        continue
      }
      if (gate.isRollout) ruleSide = candidateSide
    }
    const outcome = serveTo(ruleServe, context, ruleSide)
    if (outcome !== null) return outcome
  }
  return serveTo(serve, context, side) ?? noUnit
}

export function holds(tests: CompiledRule['tests'], context: Context, now: number): boolean {
  for (let i = 0; i < tests.length; i++) if (!(tests[i] as CompiledRule['tests'][number])(context, now)) return false
  return true
}

/** Null when a split has no unit. */
function serveTo({ draw, limits, endings }: CompiledServe, context: Context, side: Side): Outcome | null {
  if (draw === null) return endings[0]![side]
  const unit = unitOf(draw, context)
  return unit === null ? null : endings[placeAmong(draw, unit, limits)]![side]
}

/** Whether another flag answers as required, in the same context. An unknown one does not, whatever is required of it. */
export function isMet(
  flags: CompiledFlagSet,
  { flag: key, variants, on = true }: Requirement,
  context: Context,
  now: number,
  call: number,
): boolean {
  const parent = flags.flags.get(key)
  const program = parent === undefined ? null : (parent.program ?? parent.prepare())
  const outcome = program === null ? null : askOnce(flags, program, context, now, call)
  if (program === null || outcome === null || outcome.reason === 'ERROR') return false
  const { variant, value, reason } = outcome
  const isOn =
    reason !== 'OFF' && reason !== 'REQUIRES' && (typeof value === 'boolean' ? value : variant !== program.off)
  return isOn === on && (variants === undefined || (variant !== null && variants.includes(variant)))
}

/** Null while the flag waits for itself. */
function askOnce(
  flags: CompiledFlagSet,
  program: Program,
  context: Context,
  now: number,
  call: number,
): Outcome | null {
  if (program.always !== null) return program.always
  if (program.askedIn === call) return program.answer
  program.askedIn = call
  program.answer = null
  program.answer = run(flags, program, context, now, call)
  return program.answer
}
