import type { Condition, Flag, Requirement, Rule, Segment } from '../../evaluation/index.ts'
import { parseFlag } from '../../evaluation/index.ts'
import type { RegexCompiler } from '../../evaluation/operators/matchers.ts'
import type { ImportNote, ImportResult } from '../imported.ts'
import { toCondition } from './constraint.ts'
import { activationOf } from './strategy.ts'
import { type UnleashFeature, type UnleashSegment, type UnleashStrategy, readUnleashState } from './unleash-state.ts'
import { type VariantChoice, type VariantNames, namesOf, overridesOf, toServe, valuesOf } from './variants.ts'

/**
 * Reads what Unleash's clients load. A strategy becomes a rule, its rollout a sample, variants a split, all by Unleash's own hash:
 * every unit stays where it is. `regex` tells which patterns are none.
 */
export function importUnleash(input: unknown, regex: RegexCompiler): ImportResult {
  const read = readUnleashState(input)
  if (!read.ok) return read
  const { state } = read
  const notes: ImportNote[] = []
  const segments = new Map(state.segments.map((segment) => [segment.id, segment]))
  const parts: Parts = { regex, notes, segments, features: new Map(state.features.map((f) => [f.name, f])) }
  const flags: Record<string, Flag> = {}
  for (const feature of state.features) {
    const flag = importFeature(feature, parts)
    if (flag) flags[feature.name] = flag
  }
  for (const [name, flag] of Object.entries(flags)) flags[name] = withKnownVariants(flag, flags)
  const imported = { flags, segments: importSegments(state.segments, parts) }
  if (JSON.stringify(flags).includes('"hash":"unleash')) notes.push(beyondAscii)
  return { ok: true, imported: { ...imported, notes: unique(notes) } }
}

/** The source lets a feature wait for variants that its parent has not: nobody gets those, so leaving them out changes nothing. */
function withKnownVariants(flag: Flag, flags: Readonly<Record<string, Flag>>): Flag {
  if (!flag.requires?.some(({ variants }) => variants)) return flag
  const requires = flag.requires.map(({ variants, ...rest }) => {
    const known = flags[rest.flag]?.variants ?? {}
    return variants ? { ...rest, variants: variants.filter((name) => Object.hasOwn(known, name)) } : rest
  })
  return { ...flag, requires }
}

const beyondAscii: ImportNote = {
  flag: null,
  effect: 'differs',
  sentence:
    'Units with letters beyond ASCII are placed by their UTF-8 bytes. The Node client of Unleash takes other bytes, and may put them elsewhere.',
}

interface Parts {
  readonly regex: RegexCompiler
  readonly notes: ImportNote[]
  readonly segments: ReadonlyMap<number, UnleashSegment>
  readonly features: ReadonlyMap<string, UnleashFeature>
}

type Note = (effect: ImportNote['effect'], sentence: string) => void

const unique = (notes: readonly ImportNote[]): ImportNote[] => [
  ...new Map(notes.map((note) => [JSON.stringify(note), note])).values(),
]

const segmentName = ({ id, name }: UnleashSegment): string => name ?? `segment-${id}`

function importSegments(segments: readonly UnleashSegment[], { regex, notes }: Parts): Record<string, Segment> {
  return Object.fromEntries(
    segments.map((segment) => {
      const note: Note = (effect, sentence) =>
        notes.push({ flag: null, effect, sentence: `Segment "${segmentName(segment)}": ${sentence}` })
      const all = (segment.constraints ?? []).map((constraint) => toCondition(constraint, { regex, note }))
      return [segmentName(segment), { if: { all } }]
    }),
  )
}

function importFeature(feature: UnleashFeature, parts: Parts): Flag | null {
  const { name, enabled, description } = feature
  const note: Note = (effect, sentence) => parts.notes.push({ flag: name, effect, sentence })
  const names = namesOf(feature)
  const reachable = requirementsOf(feature, parts, note)
  const flag: Flag = {
    enabled: enabled && reachable !== null,
    variants: valuesOf(feature, names, (sentence) => note('differs', sentence)),
    off: names.off,
    ...(reachable === null || reachable.length === 0 ? {} : { requires: reachable }),
    ...strategiesOf(feature, names, parts, note),
    ...(typeof description === 'string' ? { description } : {}),
  }
  noteDropped(feature, note)
  return sound(name, flag, parts, note)
}

/** A flag that breaks a rule of ours is there, and off, where its variants allow that much. */
function sound(name: string, flag: Flag, { regex }: Parts, note: Note): Flag | null {
  const parsed = parseFlag(flag, { regex })
  if (parsed.ok) return flag
  const [{ pointer, message } = { pointer: '', message: '' }] = parsed.problems
  note('off', `It cannot be taken over: ${pointer} ${message}`)
  const killed: Flag = { enabled: false, variants: { on: true, off: false }, off: 'off', serve: 'off' }
  return name === '__proto__' ? null : killed
}

/** Null when the source never lets anybody in: a parent that is not there, or has parents of its own. */
function requirementsOf({ dependencies }: UnleashFeature, { features }: Parts, note: Note): Requirement[] | null {
  const requirements: Requirement[] = []
  for (const { feature: key, enabled, variants = [] } of dependencies ?? []) {
    const parent = features.get(key)
    if (!parent || (parent.dependencies?.length ?? 0) > 0) {
      const why = parent ? 'depends on others itself' : 'is not there'
      note('off', `It depends on "${key}", which ${why}: at the source nobody gets it, so it is switched off.`)
      return null
    }
    const { plain } = namesOf(parent)
    if (enabled === false) requirements.push({ flag: key, on: false })
    // "disabled" is what a feature answers that is on without a variant.
    else if (variants.length > 0)
      requirements.push({ flag: key, variants: [...variants, ...(variants.includes('disabled') ? [plain] : [])] })
    else requirements.push({ flag: key })
  }
  return requirements
}

function strategiesOf(
  feature: UnleashFeature,
  names: VariantNames,
  parts: Parts,
  note: Note,
): Pick<Flag, 'rules' | 'serve'> {
  const { strategies } = feature
  if (!Array.isArray(strategies)) {
    note('off', 'It has no list of strategies, so the source lets nobody in.')
    return { serve: names.off }
  }
  const all: UnleashStrategy[] = strategies.length === 0 ? [{ name: 'default' }] : [...strategies]
  const rules = all.flatMap((strategy, i) => strategyRules(strategy, feature, { index: i + 1, names, parts, note }))
  return { ...(rules.length > 0 ? { rules } : {}), serve: names.off }
}

interface Place {
  readonly index: number
  readonly names: VariantNames
  readonly parts: Parts
  readonly note: Note
}

/** The rule of a strategy, between one for each of its variants that is given by name and one for whom no variant can be drawn. */
function strategyRules(
  strategy: UnleashStrategy,
  feature: UnleashFeature,
  { index, names, parts, note }: Place,
): Rule[] {
  if (strategy.disabled === true)
    note('off', `Its strategy "${strategy.name}" is switched off there, and lets nobody in.`)
  const activation = strategy.disabled === true ? null : activationOf(strategy, note)
  if (activation === null) return []
  const { sample } = activation
  const conditions = [...constraintsOf(strategy, parts, note), ...activation.conditions]
  const choice = choiceOf(strategy, feature)
  const serve = choice && toServe(choice, (sentence) => note('differs', sentence))
  const id = `strategy-${index}`
  const rule = (ruleId: string, when: readonly Condition[], served: Rule['serve']): Rule => ({
    id: ruleId,
    ...(when.length === 0 ? {} : { if: when.length === 1 ? (when[0] as Condition) : { all: when } }),
    ...(sample ? { sample } : {}),
    serve: served,
  })
  const overrides = choice && serve !== null ? overridesOf(choice) : []
  return [
    ...overrides.map((override, i) => rule(`${id}-override-${i + 1}`, [...conditions, override.if], override.serve)),
    rule(id, conditions, serve ?? names.plain),
    ...(typeof serve === 'object' && serve !== null ? [rule(`${id}-without-unit`, conditions, names.plain)] : []),
  ]
}

function constraintsOf({ constraints = [], segments = [] }: UnleashStrategy, parts: Parts, note: Note): Condition[] {
  const own = constraints.map((constraint) => toCondition(constraint, { regex: parts.regex, note }))
  const named = segments.map((id): Condition => {
    const segment = parts.segments.get(id)
    if (segment) return { segment: segmentName(segment) }
    note('off', `Its strategy asks for segment ${id}, which is not there, and lets nobody in.`)
    return { any: [] }
  })
  return [...own, ...named]
}

/** A strategy's own variants come before those of the feature, unless none of them has any weight. */
function choiceOf({ variants = [], parameters = {} }: UnleashStrategy, feature: UnleashFeature): VariantChoice | null {
  if (variants.some(({ weight }) => weight > 0)) {
    const stickiness = variants[0]?.stickiness || text(parameters['stickiness']) || 'default'
    return { variants, groupId: String(parameters['groupId']), stickiness }
  }
  const own = feature.variants ?? []
  return own.length === 0 ? null : { variants: own, groupId: feature.name, stickiness: own[0]?.stickiness ?? 'default' }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const carried = new Set(['name', 'enabled', 'description', 'strategies', 'variants', 'dependencies'])

function noteDropped(feature: UnleashFeature, note: Note): void {
  const dropped = Object.entries(feature).filter(
    ([name, value]) => !carried.has(name) && value !== null && value !== false && value !== '',
  )
  if (dropped.length > 0) note('dropped', `Only for display there: ${dropped.map(([name]) => name).join(', ')}.`)
}
