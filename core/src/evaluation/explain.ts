import { fullShare } from './bucket.ts'
import type { CompiledFlag, CompiledFlagSet } from './compile/compile-flag-set.ts'
import type { CompiledRule } from './compile/compile-rule.ts'
import { entersAt, unitOf } from './compile/draw.ts'
import { entryOf } from './compile/unit-list.ts'
import { type Context, readable } from './context.ts'
import { evaluate, holds, isMet, newCall } from './evaluate.ts'
import type { Condition, ListEntry, Rule, SnapshotFlag } from './flag.ts'
import type { Outcome } from './outcome.ts'

/** One thing the evaluation looked at, in its order. */
export interface ExplainStep {
  readonly kind: string
  readonly passed: boolean
  readonly sentence: string
}

export interface Explanation {
  readonly steps: readonly ExplainStep[]
  readonly outcome: Outcome
}

/** The same evaluation with a record of its way: why this unit gets what it gets. */
export function explain(flags: CompiledFlagSet, flagKey: string, context: Context, now: number): Explanation {
  const outcome = evaluate(flags, flagKey, context, now)
  const flag = flags.flags.get(flagKey)
  const steps: ExplainStep[] = []
  if (flag === undefined) return { steps, outcome }
  try {
    new Walk({ flags, flag, outcome, context: readable(context), now, steps }).all()
  } catch {
    steps.push({ kind: 'context', passed: false, sentence: 'The context could not be read.' })
  }
  return { steps, outcome }
}

interface WalkParts {
  readonly flags: CompiledFlagSet
  readonly flag: CompiledFlag
  readonly outcome: Outcome
  readonly context: Context
  readonly now: number
  readonly steps: ExplainStep[]
}

/** Goes the way of the evaluation, as far as its outcome says it went. */
class Walk {
  readonly #parts: WalkParts
  readonly #flag: SnapshotFlag

  constructor(parts: WalkParts) {
    this.#parts = parts
    this.#flag = parts.flag.flag
  }

  all(): void {
    const { outcome } = this.#parts
    const { enabled, force, off } = this.#flag
    const { reason } = outcome
    if (reason === 'ERROR' && outcome === this.#parts.flag.program?.always)
      return this.#step('flag', false, `${outcome.error} Everybody gets ${named(off)}.`)
    this.#step(
      'enabled',
      enabled,
      enabled ? 'The flag is on.' : `The flag is switched off: everybody gets ${named(off)}.`,
    )
    if (reason === 'OFF' || !this.#requirements()) return
    if (reason === 'EXCLUDE')
      return this.#step('exclude', true, `The unit is excluded${because(this.#entry('exclude'))}.`)
    if (reason === 'FORCED') return this.#step('force', true, `A person forced ${named(force ?? null)} for everyone.`)
    if (reason === 'INCLUDE') {
      const entry = this.#entry('include')
      return this.#step('include', true, `The unit is included with ${named(outcome.variant)}${because(entry)}.`)
    }
    this.#rules()
  }

  #step(kind: string, passed: boolean, sentence: string): void {
    this.#parts.steps.push({ kind, passed, sentence })
  }

  #entry(list: 'exclude' | 'include'): ListEntry | undefined {
    return entryOf<ListEntry>(this.#flag[list], this.#parts.context, this.#parts.now)
  }

  #requirements(): boolean {
    const { flags, context, now } = this.#parts
    for (const requirement of this.#flag.requires ?? []) {
      const met = isMet(flags, requirement, context, now, newCall())
      const answers = met ? 'answers as needed' : 'does not answer as needed'
      this.#step('requires', met, `It needs the flag "${requirement.flag}", which ${answers}.`)
      if (!met) return false
    }
    return true
  }

  #rules(): void {
    const { flag, outcome } = this.#parts
    const rules = flag.program?.rules ?? []
    for (const [i, rule] of (this.#flag.rules ?? []).entries()) if (this.#rule(rule, rules[i] as CompiledRule)) return
    if (outcome.reason === 'ERROR') return this.#step('serve', false, outcome.error ?? '')
    this.#step('serve', true, 'No rule served, so what the flag serves otherwise applies.')
    if (outcome.reason === 'NO_TARGETING_KEY')
      this.#step('split', false, `There is no unit in the context to draw for, so ${named(this.#flag.off)} is served.`)
  }

  /** Whether the evaluation ends here. */
  #rule(rule: Rule, { tests, gate, serve }: CompiledRule): boolean {
    const { outcome, context, now } = this.#parts
    const isFaulty = serve.endings[0]?.[0] === outcome && outcome.reason === 'ERROR'
    if (isFaulty) this.#step('rule', false, `Rule "${rule.id}" cannot be judged: ${outcome.error}`)
    if (isFaulty) return true
    if (!holds(tests, context, now)) {
      this.#step('rule', false, `Rule "${rule.id}": its condition does not hold${missingFrom(context, rule.if)}.`)
      return false
    }
    if (gate !== null && rule.sample !== undefined) {
      const unit = unitOf(gate.draw, context)
      const enters = unit === null ? null : entersAt(gate.draw, unit)
      const percent = (rule.sample.share * 100) / (rule.sample.of ?? fullShare)
      const isIn = enters !== null && enters <= percent
      this.#step('sample', isIn, `Rule "${rule.id}": ${sampleText(enters, percent)}`)
      if (!isIn) return false
    } else this.#step('rule', true, `Rule "${rule.id}" applies.`)
    const isServed = serve.draw === null || unitOf(serve.draw, context) !== null
    if (!isServed)
      this.#step('split', false, `Rule "${rule.id}": no unit in the context to draw for, so the rule misses.`)
    return isServed
  }
}

/** What a condition asks for that the context does not have: mostly the question was put without it. */
function missingFrom(context: Context, condition: Condition | undefined): string {
  const missing = attributesOf(condition).filter((name) => !Object.hasOwn(context, name))
  if (missing.length === 0) return ''
  return `; the context has no ${[...new Set(missing)].map((name) => `"${name}"`).join(', ')}`
}

function attributesOf(condition: Condition | undefined): readonly string[] {
  if (condition === undefined) return []
  if ('all' in condition) return condition.all.flatMap(attributesOf)
  if ('any' in condition) return condition.any.flatMap(attributesOf)
  if ('not' in condition) return attributesOf(condition.not)
  if ('segment' in condition || typeof condition.attr !== 'string') return []
  return [condition.attr]
}

const named = (variant: string | null): string => (variant === null ? "the caller's default" : `"${variant}"`)

const because = (entry: ListEntry | undefined): string => (entry?.reason === undefined ? '' : `: ${entry.reason}`)

function sampleText(enters: number | null, percent: number): string {
  if (enters === null) return 'no unit in the context, so the sample misses.'
  return enters <= percent
    ? `the unit enters at ${enters} %; ${percent} % are let in, so it is in.`
    : `the unit enters at ${enters} %; only ${percent} % are let in.`
}
