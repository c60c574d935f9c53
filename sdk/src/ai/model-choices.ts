import type { OpenCall } from '../open-call.ts'

/** One model to ask, and the settings that its variant brings along. */
export interface ModelChoice<Model> {
  /** An id as the variant or the code names it, or a model itself. */
  readonly model: Model | string
  readonly params: Readonly<Record<string, unknown>>
}

/**
 * The models of a call in the order they are tried: that of the assigned variant, that of the flag's `off` variant, the
 * variant's own `fallback`s, the code's default. What a variant means is looked up by its name in `coded` first; else its
 * value is an id, or `{ "model": id, "params"?: {…}, "fallback"?: [id] }`.
 */
export function modelChoices<Model>(
  call: OpenCall,
  coded: Readonly<Record<string, Model | string>>,
  fallback: Model | string | null,
): ModelChoice<Model>[] {
  const assigned = choiceOf(call, coded)
  const off = choiceOf(call.off, coded)
  const others = fallbacksOf(call.value).map((model) => ({ model, params: {} }))
  const last = fallback === null ? null : { model: fallback, params: {} }
  // A flag that names no model may still decide something else, a prompt: then the code's model answers for every variant.
  const ordered = [assigned ?? last ?? codedOff(coded), off, ...others, last].filter((choice) => choice !== null)
  return ordered.filter(({ model }, index) => ordered.findIndex((earlier) => earlier.model === model) === index)
}

function choiceOf<Model>(
  { variant, value }: { variant: string | null; value: unknown },
  coded: Readonly<Record<string, Model | string>>,
): ModelChoice<Model> | null {
  if (variant === null) return null
  const named = Object.hasOwn(coded, variant) ? coded[variant] : undefined
  if (named !== undefined) return { model: named, params: paramsOf(value) }
  const model = typeof value === 'string' ? value : isObject(value) ? value['model'] : undefined
  return typeof model === 'string' && model !== '' ? { model, params: paramsOf(value) } : null
}

/** Without any flags the coded `off` answers, else the last one, as in `run`. */
function codedOff<Model>(coded: Readonly<Record<string, Model | string>>): ModelChoice<Model> | null {
  const model = coded['off'] ?? Object.values(coded).at(-1)
  return model === undefined ? null : { model, params: {} }
}

const paramsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isObject(value) && isObject(value['params']) ? value['params'] : {}

const fallbacksOf = (value: unknown): string[] =>
  isObject(value) && Array.isArray(value['fallback'])
    ? value['fallback'].filter((model) => typeof model === 'string' && model !== '')
    : []

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
