import { type Decimal, decimalOf, parseDecimal } from './decimal.ts'
import type { Meter } from './meter.ts'

/** What one call used. Totals are inclusive: input holds cached and audio tokens, output holds reasoning. Absent is 0. */
export type Usage = { readonly [name in UsageName]?: number } & {
  /** What the provider says the call cost; it wins over the catalogue. */
  readonly providerCostUsd?: string | number
  /** Counts of own meters. */
  readonly other?: Readonly<Record<string, number>>
}

const counts = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWrite1hTokens',
  'reasoningTokens',
  'inputAudioTokens',
  'outputAudioTokens',
  'cacheReadAudioTokens',
  'inputImageTokens',
  'outputImageTokens',
  'cacheReadImageTokens',
  'inputVideoTokens',
  'outputVideoTokens',
  'images',
  'pixels',
  'characters',
  'pages',
  'requests',
  'webSearches',
] as const
const seconds = ['inputAudioSeconds', 'outputAudioSeconds', 'videoSeconds'] as const

/** The names of all counts. */
export const usageNames = [...counts, ...seconds]
export type UsageName = (typeof usageNames)[number]

/** Units of one meter, so that each token stands in one leaf only. */
export interface Leaf {
  readonly meter: Meter
  readonly units: Decimal
}

/** A usage taken apart. */
export interface ReadUsage {
  readonly leaves: readonly Leaf[]
  /** The whole input, which thresholds look at. */
  readonly promptTokens: number
  readonly providerCost: Decimal | null
  /** What cannot be: the leaves are then clamped, an estimate. */
  readonly faults: readonly string[]
  /** Fields that have no meaning here. */
  readonly unknown: readonly string[]
}

/**
 * Takes a usage apart into leaves. Impossible figures are cut: totals are believed, parts made to fit in the order cache
 * writes, cache reads, modalities, reasoning.
 */
export function readUsage(usage: Readonly<Record<string, unknown>>): ReadUsage {
  const faults: string[] = []
  const of = new Map(usageNames.map((name) => [name, readCount(name, usage[name], faults)]))
  const at = (name: UsageName): number => of.get(name) ?? 0
  const fit = (name: UsageName, room: number, within: string): number => {
    if (at(name) <= room) return at(name)
    faults.push(`${name} (${at(name)}) is more than ${within} (${room}).`)
    return room
  }

  const input = at('inputTokens')
  const written = fit('cacheWriteTokens', input, 'inputTokens leaves room for')
  const written1h = fit('cacheWrite1hTokens', written, 'cacheWriteTokens')
  const read = fit('cacheReadTokens', input - written, 'inputTokens leaves room for')
  const readAudio = fit('cacheReadAudioTokens', Math.min(read, at('inputAudioTokens')), 'cached and audio tokens')
  const readImage = fit(
    'cacheReadImageTokens',
    Math.min(read - readAudio, at('inputImageTokens')),
    'cached and image tokens',
  )
  let fresh = input - written - read
  const freshOf = (name: UsageName, cached: number): number => {
    const units = fit(name, fresh + cached, 'inputTokens leaves room for') - cached
    fresh -= units
    return units
  }
  const audio = freshOf('inputAudioTokens', readAudio)
  const image = freshOf('inputImageTokens', readImage)
  const video = freshOf('inputVideoTokens', 0)

  let plain = at('outputTokens')
  const partOf = (name: UsageName): number => {
    const units = fit(name, plain, 'outputTokens leaves room for')
    plain -= units
    return units
  }
  const [outAudio, outImage, outVideo] = [
    partOf('outputAudioTokens'),
    partOf('outputImageTokens'),
    partOf('outputVideoTokens'),
  ]
  const reasoning = partOf('reasoningTokens')

  const units: readonly [Meter, number][] = [
    ['input', fresh],
    ['cache_read', read - readAudio - readImage],
    ['cache_write', written - written1h],
    ['cache_write_1h', written1h],
    ['input_audio', audio],
    ['input_image', image],
    ['input_video', video],
    ['cache_read_audio', readAudio],
    ['cache_read_image', readImage],
    ['output', plain],
    ['reasoning', reasoning],
    ['output_audio', outAudio],
    ['output_image', outImage],
    ['output_video', outVideo],
    ['image', at('images')],
    ['pixel', at('pixels')],
    ['character', at('characters')],
    ['page', at('pages')],
    ['request', at('requests')],
    ['web_search', at('webSearches')],
    ['input_audio_second', at('inputAudioSeconds')],
    ['output_audio_second', at('outputAudioSeconds')],
    ['video_second', at('videoSeconds')],
    ...readOther(usage['other'], faults),
  ]
  return {
    leaves: units.filter(([, count]) => count > 0).map(([meter, count]) => ({ meter, units: unitsOf(count) })),
    promptTokens: input,
    providerCost: readProviderCost(usage['providerCostUsd'], faults),
    faults,
    unknown: Object.keys(usage).filter(
      (name) => !of.has(name as UsageName) && !['other', 'providerCostUsd'].includes(name),
    ),
  }
}

/** Counts may not be fractions; seconds have at most three decimals. */
function readCount(name: string, value: unknown, faults: string[]): number {
  if (value === undefined || value === null) return 0
  const isSeconds = (seconds as readonly string[]).includes(name)
  const fault = countFault(value, isSeconds)
  if (fault === null) return value as number
  faults.push(`${name} ${fault}`)
  if (typeof value !== 'number' || !(value > 0)) return 0
  return Math.min(isSeconds ? Math.round(value * 1000) / 1000 : Math.floor(value), Number.MAX_SAFE_INTEGER)
}

function countFault(value: unknown, isSeconds: boolean): string | null {
  if (typeof value !== 'number' || Number.isNaN(value)) return 'is no number.'
  if (value < 0) return `is below 0 (${value}).`
  if (value > Number.MAX_SAFE_INTEGER) return 'is more than 2^53 - 1.'
  if (isSeconds) return (decimalOf(value)?.scale ?? 0) > 3 ? 'has more than three decimals.' : null
  return Number.isInteger(value) ? null : `is no whole number (${value}).`
}

function readOther(value: unknown, faults: string[]): [Meter, number][] {
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push('other is no object.')
    return []
  }
  return Object.entries(value).flatMap(([name, count]): [Meter, number][] => {
    if (/^x_[a-z0-9_]{1,40}$/.test(name)) return [[name as Meter, readCount(name, count, faults)]]
    faults.push(`other holds "${name.slice(0, 60)}", which is no own meter: they begin with x_.`)
    return []
  })
}

function readProviderCost(value: unknown, faults: string[]): Decimal | null {
  if (value === undefined || value === null) return null
  const cost = decimalOf(value)
  if (cost && cost.digits >= 0n) return cost
  faults.push('providerCostUsd is no amount of 0 or more.')
  return null
}

const unitsOf = (count: number): Decimal =>
  Number.isInteger(count) ? { digits: BigInt(count), scale: 0 } : (parseDecimal(String(count)) as Decimal)
