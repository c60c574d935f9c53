import { type ShapeProblem, checkFeature, checkSegment, withoutNulls } from './check-shape.ts'

// What Unleash's clients load: the answer of `/api/client/features`, or the events of its delta. Only what decides answers is typed.

export interface UnleashConstraint {
  readonly contextName: string
  readonly operator: string
  readonly values?: readonly string[]
  readonly value?: unknown
  readonly inverted?: boolean
  readonly caseInsensitive?: boolean
}

export interface UnleashVariant {
  readonly name: string
  readonly weight: number
  readonly stickiness?: string
  readonly payload?: { readonly type: string; readonly value: unknown }
  readonly overrides?: readonly { readonly contextName: string; readonly values: readonly string[] }[]
}

export interface UnleashStrategy {
  readonly name: string
  readonly disabled?: unknown
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly constraints?: readonly UnleashConstraint[]
  readonly segments?: readonly number[]
  readonly variants?: readonly UnleashVariant[]
}

export interface UnleashFeature {
  readonly name: string
  readonly enabled: boolean
  readonly description?: unknown
  readonly strategies?: readonly UnleashStrategy[]
  readonly variants?: readonly UnleashVariant[] | null
  readonly dependencies?: readonly {
    readonly feature: string
    readonly enabled?: boolean
    readonly variants?: readonly string[]
  }[]
}

export interface UnleashSegment {
  readonly id: number
  readonly name?: string
  readonly constraints?: readonly UnleashConstraint[]
}

export interface UnleashState {
  readonly features: readonly UnleashFeature[]
  readonly segments: readonly UnleashSegment[]
}

/** What clients hold, or why that cannot be told. */
export type ReadState =
  | { readonly ok: true; readonly state: UnleashState }
  | { readonly ok: false; readonly problems: readonly ShapeProblem[] }

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The features and segments of a file. */
export function readUnleashState(input: unknown): ReadState {
  const refused = (message: string): ReadState => ({ ok: false, problems: [{ pointer: '', message }] })
  const expected = 'Expected the answer of Unleash to GET /api/client/features: {"version": 2, "features": [...]}.'
  if (!isObject(input)) return refused(expected)
  if (Array.isArray(input['featureStrategies']))
    return refused(`This is an export of Unleash's console, whose parts stand apart. ${expected}`)
  if (Array.isArray(input['events'])) return stateOfEvents(input['events'])
  const { features, segments } = input
  if (!Array.isArray(features)) return refused(expected)
  const state = { features, segments: listIn(segments) }
  const problems = [
    ...state.features.flatMap((feature, i) => checkFeature(feature, `/features/${i}`)),
    ...state.segments.flatMap((segment, i) => checkSegment(segment, `/segments/${i}`)),
  ]
  return problems.length > 0 ? { ok: false, problems } : { ok: true, state: withoutNulls(state) as UnleashState }
}

/** What a client holds after these events, in their order. */
function stateOfEvents(events: readonly unknown[]): ReadState {
  const problems: ShapeProblem[] = []
  const features = new Map<string, UnleashFeature>()
  const segments = new Map<number, UnleashSegment>()
  for (const [i, event] of events.entries()) {
    if (!isObject(event)) continue
    if (event['type'] === 'hydration') {
      features.clear()
      segments.clear()
    }
    for (const [place, feature] of partsIn(event, 'feature')) {
      problems.push(...checkFeature(feature, `/events/${i}${place}`))
      if (isObject(feature)) features.set(String(feature['name']), withoutNulls(feature) as UnleashFeature)
    }
    for (const [place, segment] of partsIn(event, 'segment')) {
      problems.push(...checkSegment(segment, `/events/${i}${place}`))
      if (isObject(segment)) segments.set(Number(segment['id']), withoutNulls(segment) as UnleashSegment)
    }
    if (event['type'] === 'feature-removed') features.delete(String(event['featureName']))
    if (event['type'] === 'segment-removed') segments.delete(Number(event['segmentId']))
  }
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, state: { features: [...features.values()], segments: [...segments.values()] } }
}

/** What an event brings of a kind, one or several, each with its place. */
function partsIn(event: Members, kind: 'feature' | 'segment'): [place: string, part: unknown][] {
  const several = listIn(event[`${kind}s`]).map((part, i): [string, unknown] => [`/${kind}s/${i}`, part])
  return event[kind] === undefined || event[kind] === null ? several : [[`/${kind}`, event[kind]], ...several]
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
