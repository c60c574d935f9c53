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

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The features and segments of a file; a text says why there are none. */
export function readUnleashState(input: unknown): UnleashState | string {
  const expected = 'Expected the answer of Unleash to GET /api/client/features: {"version": 2, "features": [...]}.'
  if (!isObject(input)) return expected
  if (Array.isArray(input['featureStrategies']))
    return `This is an export of Unleash's console, whose parts stand apart. ${expected}`
  if (Array.isArray(input['events'])) return stateOfEvents(input['events'])
  const { features, segments = [] } = input
  if (!Array.isArray(features) || !Array.isArray(segments)) return expected
  if (!features.every(isFeature)) return 'Every feature has a name, "enabled" and a list of strategies.'
  return { features, segments: segments.filter(isSegment) }
}

const isFeature = (value: unknown): value is UnleashFeature =>
  isObject(value) && typeof value['name'] === 'string' && typeof value['enabled'] === 'boolean'

const isSegment = (value: unknown): value is UnleashSegment => isObject(value) && typeof value['id'] === 'number'

/** What a client holds after these events, in their order. */
function stateOfEvents(events: readonly unknown[]): UnleashState {
  const features = new Map<string, UnleashFeature>()
  const segments = new Map<number, UnleashSegment>()
  for (const event of events.filter(isObject)) {
    if (event['type'] === 'hydration') {
      features.clear()
      segments.clear()
    }
    for (const feature of [event['feature'], ...listIn(event['features'])])
      if (isFeature(feature)) features.set(feature.name, feature)
    for (const segment of [event['segment'], ...listIn(event['segments'])])
      if (isSegment(segment)) segments.set(segment.id, segment)
    if (event['type'] === 'feature-removed') features.delete(String(event['featureName']))
    if (event['type'] === 'segment-removed') segments.delete(Number(event['segmentId']))
  }
  return { features: [...features.values()], segments: [...segments.values()] }
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
