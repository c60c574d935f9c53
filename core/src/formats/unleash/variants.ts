import type { Condition, Json, Serve } from '../../evaluation/index.ts'
import { byAttribute } from './strategy.ts'
import type { UnleashFeature, UnleashVariant } from './unleash-state.ts'

/** What the variants of a feature are called here. Unleash has a third state, on without a variant. */
export interface VariantNames {
  readonly off: string
  readonly plain: string
}

/** Some variants to choose from, as one place of a feature holds them. */
export interface VariantChoice {
  readonly variants: readonly UnleashVariant[]
  /** The salt. */
  readonly groupId: string
  readonly stickiness: string
}

/** One of them by weight; null when none has any. Who is on and has no unit gets a random one there, and none here. */
export function toServe(
  { variants, groupId, stickiness }: VariantChoice,
  note: (sentence: string) => void,
): Serve | null {
  const weighted = variants.filter(({ weight }) => weight > 0)
  const [only] = weighted
  if (only === undefined) return null
  if (weighted.length === 1) return only.name
  note('A context without a unit gets a random variant there; here the flag is on for it, without one.')
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0)
  const where =
    stickiness === 'default'
      ? { by: ['userId', 'targetingKey', 'sessionId', 'remoteAddress'] }
      : byAttribute(stickiness)
  const split = weighted.map(({ name, weight }) => [name, weight] as const)
  return { split, salt: groupId, hash: 'unleash-variant', of: total, ...where }
}

/** Whom a variant is given by name, whatever is drawn. */
export function overridesOf({
  variants,
}: VariantChoice): readonly { readonly if: Condition; readonly serve: string }[] {
  return variants.flatMap(({ name, overrides = [] }) => {
    const conditions = overrides
      .filter(({ values }) => values.length > 0)
      .map(({ contextName, values }): Condition => ({ attr: contextName, op: 'in', values, x: { read: 'unleash' } }))
    return conditions.length === 0 ? [] : [{ if: { any: conditions }, serve: name }]
  })
}

const allVariants = ({ variants, strategies = [] }: UnleashFeature): readonly UnleashVariant[] => [
  ...(variants ?? []),
  ...strategies.flatMap((strategy) => strategy.variants ?? []),
]

/** Names that no variant of the feature has. */
export function namesOf(feature: UnleashFeature): VariantNames {
  const taken = new Set(allVariants(feature).map(({ name }) => name))
  const free = (...names: readonly string[]): string =>
    names.find((name) => !taken.has(name)) ?? free(...names.map((name) => `${name}-flag`))
  return { off: free('off', 'disabled', 'none'), plain: free('on', 'enabled') }
}

/** The values: payloads, all of one type; else texts. The name stands for a variant that has no payload. */
export function valuesOf(
  feature: UnleashFeature,
  { off, plain }: VariantNames,
  note: (sentence: string) => void,
): Record<string, Json> {
  const variants = allVariants(feature)
  if (variants.length === 0) return { [plain]: true, [off]: false }
  const parsed = variants.map(payloadOf)
  const types = new Set(parsed.map((value) => typeof value))
  const isOneType = types.size === 1
  if (!isOneType) note('Its payloads are of several types; here they are all text.')
  const values: Record<string, Json> = {}
  for (const [i, variant] of variants.entries())
    values[variant.name] = isOneType ? (parsed[i] as Json) : textOf(variant)
  const kind = isOneType ? typeof parsed[0] : 'string'
  const empty: Json = kind === 'object' ? {} : kind === 'number' ? 0 : ''
  return { ...values, [plain]: empty, [off]: empty }
}

const textOf = ({ name, payload }: UnleashVariant): string => (payload ? String(payload.value) : name)

function payloadOf(variant: UnleashVariant): Json {
  const text = textOf(variant)
  if (variant.payload?.type === 'number' && Number.isFinite(Number(text))) return Number(text)
  if (variant.payload?.type !== 'json') return text
  try {
    const value = JSON.parse(text) as Json
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : text
  } catch {
    return text
  }
}
