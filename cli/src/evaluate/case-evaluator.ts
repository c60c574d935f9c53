import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import {
  type CompiledFlagSet,
  type Context,
  compileFlagSet,
  evaluate,
  openFeatureReason,
  parseFlagSet,
} from '@sluice/core/evaluation'
import { parseJson } from '../parse-json.ts'
import { compileRegex } from '../regex.ts'

/** The answer to one case. */
export interface CaseAnswer {
  readonly value: unknown
  readonly variant: string | null
  readonly reason: string
  readonly rule?: string
  readonly errorCode?: 'PARSE_ERROR' | 'FLAG_NOT_FOUND' | 'TYPE_MISMATCH' | 'INVALID_CONTEXT' | 'GENERAL'
  /** What was wrong, for people. */
  readonly error?: string
}

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** So many flag sets are kept ready; cases usually come in runs of the same. */
const mostSets = 100

/** Answers cases, each a line of JSON. Never throws. */
export class CaseEvaluator {
  readonly #folder: string
  readonly #nowMs: number
  readonly #sets = new Map<string, CompiledFlagSet | string>()

  constructor({ folder, nowMs }: { readonly folder: string; readonly nowMs: number }) {
    this.#folder = folder
    this.#nowMs = nowMs
  }

  /** Null is a line that is no UTF-8. */
  answer(line: string | null): CaseAnswer {
    if (line === null) return failed('PARSE_ERROR', 'The line is no UTF-8.')
    let given: unknown
    try {
      given = parseJson(line)
    } catch (error) {
      return failed('PARSE_ERROR', `The line cannot be read: ${messageOf(error)}`)
    }
    if (!isObject(given))
      return failed('PARSE_ERROR', 'A case is an object such as {"flags": …, "flag": "f", "context": {}}.')
    const { flags, flag, context = {}, default: fallback } = given
    if (typeof flag !== 'string') return failed('PARSE_ERROR', 'The case names no flag: add "flag".', fallback)
    const set = this.#setOf(flags)
    if (typeof set === 'string') return failed('PARSE_ERROR', set, fallback)
    if (!isObject(context)) return failed('INVALID_CONTEXT', 'The context is not an object.', fallback)
    return answerOf(set, flag, context, fallback, this.#nowMs)
  }

  /** A text says why there is none. */
  #setOf(flags: unknown): CompiledFlagSet | string {
    if (!isObject(flags) && typeof flags !== 'string')
      return 'The case has no flags: add "flags", a flag set or the path of one.'
    const id = textOf(flags)
    const known = id === null ? undefined : this.#sets.get(id)
    if (known !== undefined) return known
    const made = typeof flags === 'string' ? this.#load(flags) : compiled(flags)
    if (this.#sets.size >= mostSets) this.#sets.clear()
    if (id !== null) this.#sets.set(id, made)
    return made
  }

  #load(path: string): CompiledFlagSet | string {
    try {
      const input = parseJson(readFileSync(isAbsolute(path) ? path : join(this.#folder, path), 'utf8'))
      return isObject(input) ? compiled(input) : `${path} holds no flag set.`
    } catch (error) {
      return `${path} cannot be read: ${messageOf(error)}`
    }
  }
}

/** Null for what is nested too deep to be written out; the flag that it stands in is the one that cannot be read. */
function textOf(flags: unknown): string | null {
  try {
    return JSON.stringify(flags)
  } catch {
    return null
  }
}

/** By hand a set is `{ "flags": {…} }`; what a snapshot says of itself is filled in. */
function compiled(input: Members): CompiledFlagSet | string {
  const { flags } = input
  if (!isObject(flags)) return 'A flag set holds its flags under "flags".'
  const whole = { schema: 1, env: 'cases', epoch: 'cases', revision: 0, ...input, flagCount: Object.keys(flags).length }
  const parsed = parseFlagSet(whole)
  return parsed.ok ? compileFlagSet(parsed.set, { regex: compileRegex }) : parsed.message
}

function answerOf(set: CompiledFlagSet, flag: string, context: Context, fallback: unknown, nowMs: number): CaseAnswer {
  const outcome = evaluate(set, flag, context, nowMs)
  const { value, variant, rule, error, reason } = outcome
  if (reason === 'FLAG_NOT_FOUND') return failed('FLAG_NOT_FOUND', error ?? '', fallback)
  if (variant === null && reason === 'ERROR') return failed('GENERAL', error ?? '', fallback)
  if (variant !== null && fallback !== undefined && fallback !== null && typeof fallback !== typeof value)
    return failed(
      'TYPE_MISMATCH',
      `The variant "${variant}" holds a ${typeof value}, the default a ${typeof fallback}.`,
      fallback,
    )
  return {
    value: variant === null ? (fallback ?? null) : value,
    variant,
    reason: openFeatureReason(outcome),
    ...(rule === null ? {} : { rule }),
    ...(error === undefined ? {} : { error }),
  }
}

const failed = (errorCode: NonNullable<CaseAnswer['errorCode']>, error: string, fallback?: unknown): CaseAnswer => ({
  value: fallback ?? null,
  variant: null,
  reason: 'ERROR',
  errorCode,
  error,
})

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
