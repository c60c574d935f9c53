import { drawBucket } from './bucket.ts'
import type { CompiledFlag, CompiledFlagSet, UnitIndex } from './compile-flag-set.ts'
import { unitOf } from './context.ts'
import type { Context } from './context.ts'
import type { ListEntry, Requirement, Rule, Serve } from './flag.ts'
import { matchCondition } from './match-condition.ts'
import type { Arm, Outcome, Reason } from './outcome.ts'
import { Unsupported } from './unsupported.ts'

/** What an evaluation went through, for `explain`; a plain evaluation keeps no record. */
export interface Recorder {
  step(kind: string, passed: boolean, sentence: string): void
}

/** The set, and what an evaluation in it looks at. */
interface Evaluation {
  readonly flags: CompiledFlagSet
  readonly context: Context
  readonly now: number
  readonly recorder: Recorder | undefined
}

interface Served {
  readonly variant: string | null
  readonly reason: Reason
  readonly rule?: string
  readonly drawn?: boolean
  readonly error?: string
}

const notFound: Outcome = Object.freeze({
  value: undefined,
  variant: null,
  reason: 'FLAG_NOT_FOUND',
  rule: null,
  error: 'There is no flag of that key.',
  drawn: false,
})

const unreadable: Outcome = Object.freeze({
  value: undefined,
  variant: null,
  reason: 'ERROR',
  rule: null,
  error: 'The flag could not be read.',
  drawn: false,
})

/** One requirement deeper than this is a cycle. */
const deepestRequirement = 16

/**
 * The one evaluator: a flag set, a key and a context in, one frozen outcome out. Never throws; what it does not understand
 * is decided towards `off`. `now` is in milliseconds since 1970.
 */
export function evaluate(
  flags: CompiledFlagSet,
  flagKey: string,
  context: Context,
  now: number,
  recorder?: Recorder,
): Outcome {
  const compiled = flags.flags.get(flagKey)
  if (compiled === undefined) return notFound
  if (compiled === null) return unreadable
  const safeContext = typeof context === 'object' && context !== null && !Array.isArray(context) ? context : {}
  return run(compiled, { flags, context: safeContext, now, recorder }, 0)
}

function run(compiled: CompiledFlag, at: Evaluation, depth: number): Outcome {
  let arm: Arm | undefined
  const draw = (side: Arm) => {
    arm = side
  }
  try {
    return outcome(compiled, serve(compiled, at, depth, draw), arm)
  } catch (error) {
    const message =
      error instanceof Unsupported ? `UNSUPPORTED_RULE: ${error.message}` : 'The flag could not be evaluated.'
    return failed(compiled, message)
  }
}

/** `off` with the error, as far as the flag can be read at all. */
function failed(compiled: CompiledFlag, message: string): Outcome {
  try {
    return outcome(compiled, { variant: offOf(compiled), reason: 'ERROR', error: message }, undefined)
  } catch {
    return unreadable
  }
}

const offOf = ({ flag }: CompiledFlag): string | null => flag.off

function serve(compiled: CompiledFlag, at: Evaluation, depth: number, draw: (arm: Arm) => void): Served {
  const { flag } = compiled
  const off = offOf(compiled)
  at.recorder?.step(
    'enabled',
    flag.enabled,
    flag.enabled ? 'The flag is on.' : `The flag is switched off: everybody gets "${off}".`,
  )
  if (!flag.enabled) return { variant: off, reason: 'OFF' }
  for (const requirement of flag.requires ?? []) {
    const met = isMet(requirement, at, depth)
    at.recorder?.step(
      'requires',
      met,
      `It needs the flag "${requirement.flag}", which is ${met ? 'as needed' : 'not as needed'}.`,
    )
    if (!met) return { variant: off, reason: 'REQUIRES' }
  }
  const excluded = listed(compiled.exclude, at)
  if (excluded) {
    at.recorder?.step('exclude', true, `The unit is excluded${because(excluded)}.`)
    return { variant: off, reason: 'EXCLUDE' }
  }
  if (flag.force !== undefined) {
    at.recorder?.step('force', true, `A person forced "${flag.force}" for everyone.`)
    return { variant: flag.force, reason: 'FORCED' }
  }
  const included = listed(compiled.include, at)
  if (included) {
    at.recorder?.step('include', true, `The unit is included with "${included.variant}"${because(included)}.`)
    return { variant: included.variant, reason: 'INCLUDE' }
  }
  for (const rule of flag.rules ?? []) {
    const served = tryRule(rule, compiled, at, draw)
    if (served) return served
  }
  return fallThrough(flag.serve, off, at)
}

const because = ({ reason }: ListEntry): string => (reason === undefined ? '' : `: ${reason}`)

function isMet({ flag: key, variants, on = true }: Requirement, at: Evaluation, depth: number): boolean {
  const parent = at.flags.flags.get(key)
  if (!parent || depth >= deepestRequirement) return false
  const { variant, value, reason } = run(parent, { ...at, recorder: undefined }, depth + 1)
  if (reason === 'ERROR') return false
  const isOn =
    reason !== 'OFF' && reason !== 'REQUIRES' && (typeof value === 'boolean' ? value : variant !== parent.flag.off)
  return isOn === on && (variants === undefined || (variant !== null && variants.includes(variant)))
}

function listed<Entry extends ListEntry>(
  indexes: readonly UnitIndex<Entry>[],
  { context, now }: Evaluation,
): Entry | undefined {
  for (const { by, entries } of indexes) {
    const unit = unitOf(context, by)
    const found = unit === null ? undefined : entries.get(unit)
    if (found && found.expiresMs > now) return found.entry
  }
  return undefined
}

/** What the rule serves; undefined when it does not match or its sample misses. */
function tryRule(rule: Rule, { flag }: CompiledFlag, at: Evaluation, draw: (arm: Arm) => void): Served | undefined {
  const { id, if: condition, sample, serve: served } = rule
  const matches =
    condition === undefined ||
    matchCondition(condition, { context: at.context, now: at.now, segments: at.flags.segments })
  if (!matches) {
    at.recorder?.step('rule', false, `Rule "${id}": its condition does not hold.`)
    return undefined
  }
  if (sample) {
    const bucket = drawBucket(sample, at.context)
    const hit = bucket !== null && bucket < sample.share
    if (bucket !== null && flag.rollout?.rule === id && (!hit || canServe(served, at.context))) draw(hit ? 'T' : 'C')
    at.recorder?.step('sample', hit, `Rule "${id}": ${sampleText(bucket, sample.share)}`)
    if (!hit) return undefined
  } else at.recorder?.step('rule', true, `Rule "${id}" applies.`)
  if (typeof served === 'string') return { variant: served, reason: 'RULE', rule: id, drawn: sample !== undefined }
  const bucket = drawBucket(served, at.context)
  return bucket === null ? undefined : { variant: chosen(served, bucket), reason: 'RULE', rule: id, drawn: true }
}

/** A split needs a unit of its own; without one the rule misses as a whole, and nobody is in an arm. */
const canServe = (served: Serve, context: Context): boolean =>
  typeof served === 'string' || drawBucket(served, context) !== null

function sampleText(bucket: number | null, share: number): string {
  if (bucket === null) return 'no unit in the context, so the sample misses.'
  const enters = `the unit enters at ${(bucket + 1) / 1000} %`
  return bucket < share
    ? `${enters}; ${share / 1000} % are let in, so it is in.`
    : `${enters}; only ${share / 1000} % are let in.`
}

function fallThrough(served: Serve | null, off: string | null, at: Evaluation): Served {
  at.recorder?.step('serve', true, 'No rule served, so what the flag serves otherwise applies.')
  if (served === null || typeof served === 'string') return { variant: served, reason: 'SERVE' }
  const bucket = drawBucket(served, at.context)
  return bucket === null
    ? { variant: off, reason: 'NO_TARGETING_KEY' }
    : { variant: chosen(served, bucket), reason: 'SERVE', drawn: true }
}

function chosen({ split }: Exclude<Serve, string>, bucket: number): string | null {
  let below = 0
  for (const [variant, weight] of split) {
    below += weight
    if (bucket < below) return variant
  }
  return null
}

function outcome(
  { flag, outcomes }: CompiledFlag,
  { variant, reason, rule, drawn = false, error }: Served,
  arm: Arm | undefined,
): Outcome {
  const id = `${reason}|${variant}|${rule}|${arm}|${error}`
  const known = outcomes.get(id)
  if (known) return known
  const exists = variant !== null && Object.hasOwn(flag.variants, variant)
  if (!exists && variant !== null && reason !== 'ERROR')
    return failed({ flag, outcomes, exclude: [], include: [] }, `There is no variant "${variant}".`)
  const made: Outcome = Object.freeze({
    value: exists ? flag.variants[variant] : undefined,
    variant: exists ? variant : null,
    reason,
    rule: rule ?? null,
    ...(error === undefined ? {} : { error }),
    ...(arm === undefined ? {} : { arm }),
    drawn,
  })
  outcomes.set(id, made)
  return made
}
