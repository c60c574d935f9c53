import type { Flag, Json, ListEntry, Rule, Sample, Serve } from '@sluice/core/evaluation'
import {
  type ConditionValues,
  conditionOf,
  conditionValuesOf,
  everyone,
  readJson,
} from '../../conditions/condition-form.ts'

/** Who gets what, as the form holds it: texts, percents, lists. */
export interface FlagValues {
  readonly description: string
  readonly variants: VariantValues[]
  readonly rules: RuleValues[]
  readonly serve: ServeValues
  readonly off: string
  readonly include: EntryValues[]
  readonly exclude: EntryValues[]
}

export interface VariantValues {
  readonly name: string
  /** JSON; what is none is a text. */
  readonly value: string
}

export interface RuleValues {
  /** The id under which it is stored, so that a new name deals nobody anew; empty for a new rule. */
  readonly origin: string
  readonly ruleId: string
  readonly description: string
  readonly condition: ConditionValues
  /** Percent; empty: everyone whom the condition lets through. */
  readonly percent: string
  readonly serve: ServeValues
}

/** One variant, or a percent for each of several. An empty variant is the default in the code. */
export interface ServeValues {
  readonly kind: 'variant' | 'split'
  readonly variant: string
  readonly parts: readonly { readonly variant: string; readonly percent: string }[]
}

export interface EntryValues {
  readonly unit: string
  readonly by: string
  readonly variant: string
  readonly reason: string
  /** RFC 3339, or as the server takes it. */
  readonly expires: string
}

export const emptyEntry: EntryValues = { unit: '', by: '', variant: '', reason: '', expires: '' }
export const emptyRule: RuleValues = {
  origin: '',
  ruleId: '',
  description: '',
  condition: everyone,
  percent: '',
  serve: { kind: 'variant', variant: '', parts: [] },
}

const fullShare = 100_000

export function flagValuesOf(flag: Flag): FlagValues {
  return {
    description: flag.description ?? '',
    variants: Object.entries(flag.variants).map(([name, value]) => ({ name, value: JSON.stringify(value) })),
    rules: (flag.rules ?? []).map(ruleValuesOf),
    serve: serveValuesOf(flag.serve),
    off: flag.off ?? '',
    include: shown(flag.include).map(entryValuesOf),
    exclude: shown(flag.exclude).map(entryValuesOf),
  }
}

/** A longer list is not edited row by row: new units go before it, and the rest stays. */
const longestList = 200
const isLong = (list: readonly unknown[] = []): boolean => list.length > longestList
/** How many units of a list the form does not show. */
export const hiddenUnits = (list: readonly unknown[] = []): number => (isLong(list) ? list.length : 0)
const shown = <T>(list: readonly T[] = []): readonly T[] => (isLong(list) ? [] : list)

const ruleValuesOf = (rule: Rule): RuleValues => ({
  origin: rule.id,
  ruleId: rule.id,
  description: rule.description ?? '',
  condition: conditionValuesOf(rule.if),
  percent: rule.sample ? percentText(rule.sample.share, rule.sample.of) : '',
  serve: serveValuesOf(rule.serve),
})

function serveValuesOf(serve: Serve | null): ServeValues {
  if (serve === null || typeof serve === 'string') return { kind: 'variant', variant: serve ?? '', parts: [] }
  const parts = serve.split.map(([variant, weight]) => ({ variant, percent: percentText(weight, serve.of) }))
  return { kind: 'split', variant: parts[0]?.variant ?? '', parts }
}

const entryValuesOf = ({ unit, by = '', reason = '', expires = '', ...more }: ListEntry & { variant?: string }) => ({
  unit,
  by,
  variant: more.variant ?? '',
  reason,
  expires,
})

/** The flag that the form asks for, over the stored one: what the form does not show, and what nobody touched, stays as it is. */
export function flagOf(values: FlagValues, stored: Flag): Record<string, unknown> {
  const before = flagValuesOf(stored)
  const { description: _, ...rest } = stored
  return {
    ...rest,
    ...(values.description === '' ? {} : { description: values.description }),
    variants: variantsOf(values.variants, before.variants, stored.variants),
    rules: values.rules.map((rule) =>
      ruleOf(
        rule,
        stored.rules?.find(({ id }) => id === rule.origin),
      ),
    ),
    serve: serveOf(values.serve, stored.serve),
    off: values.off === '' ? null : values.off,
    ...listOf('include', values.include, stored),
    ...listOf('exclude', values.exclude, stored),
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

function variantsOf(
  values: readonly VariantValues[],
  before: readonly VariantValues[],
  stored: Flag['variants'],
): Record<string, unknown> {
  return Object.fromEntries(
    values.map((variant) => {
      const isUntouched = before.some((each) => isSame(each, variant))
      return [variant.name, isUntouched ? stored[variant.name] : (readJson(variant.value) as Json)]
    }),
  )
}

function ruleOf(values: RuleValues, stored: Rule | undefined): Record<string, unknown> {
  const before = stored && ruleValuesOf(stored)
  const condition = before && isSame(before.condition, values.condition) ? stored?.if : conditionOf(values.condition)
  const sample = sampleOf(values.percent, stored?.sample)
  return {
    id: values.ruleId,
    ...(condition === undefined ? {} : { if: condition }),
    ...(sample === undefined ? {} : { sample }),
    serve: serveOf(values.serve, stored?.serve ?? null),
    ...(values.description === '' ? {} : { description: values.description }),
  }
}

/** Salt and hash stay what they were: nobody is dealt anew by an edit. */
function sampleOf(percent: string, stored: Sample | undefined): object | undefined {
  if (percent.trim() === '') return undefined
  if (stored && percentText(stored.share, stored.of) === percent) return stored
  return { ...stored, share: shareOf(percent, stored?.of) }
}

function serveOf(values: ServeValues, stored: Serve | null): unknown {
  if (isSame(values, serveValuesOf(stored))) return stored
  if (values.kind === 'variant') return values.variant === '' ? null : values.variant
  const drawn = typeof stored === 'object' && stored !== null ? stored : undefined
  return { ...drawn, split: values.parts.map(({ variant, percent }) => [variant, shareOf(percent, drawn?.of)]) }
}

function listOf(name: 'include' | 'exclude', values: readonly EntryValues[], stored: Flag): object {
  const present: readonly ListEntry[] = stored[name] ?? []
  const rest = isLong(present) ? present : []
  if (stored[name] === undefined && values.length === 0) return {}
  const known = new Map(shown(present).map((entry) => [JSON.stringify(entryValuesOf(entry)), entry]))
  return { [name]: [...values.map((entry) => known.get(JSON.stringify(entry)) ?? entryOf(name, entry)), ...rest] }
}

function entryOf(name: 'include' | 'exclude', { unit, by, variant, reason, expires }: EntryValues): object {
  return {
    unit: unit.trim(),
    ...(by === '' ? {} : { by }),
    ...(name === 'include' ? { variant } : {}),
    ...(reason === '' ? {} : { reason }),
    ...(expires === '' ? {} : { expires }),
  }
}

/** 12345 of 100,000 as 12.345: read off as digits, so that nothing is rounded. */
function percentText(share: number, of = fullShare): string {
  return of === fullShare ? String(share / 1000) : `${share}/${of}`
}

/** A share of a percentage of at most three decimals; anything else as typed, for the server to name. */
function shareOf(percent: string, of = fullShare): unknown {
  const text = percent.trim()
  const ratio = new RegExp(`^(\\d+)/${of}$`).exec(text)
  if (of !== fullShare) return ratio ? Number(ratio[1]) : text
  return /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1000) : text
}
