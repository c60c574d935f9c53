/** What is counted and priced. `x_…` is anybody's own. */
export type Meter = KnownMeter | `x_${string}`

export const knownMeters = [
  'input',
  'output',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'reasoning',
  'input_audio',
  'input_image',
  'input_video',
  'cache_read_audio',
  'cache_read_image',
  'output_audio',
  'output_image',
  'output_video',
  'image',
  'pixel',
  'character',
  'page',
  'request',
  'web_search',
  'input_audio_second',
  'output_audio_second',
  'video_second',
] as const
export type KnownMeter = (typeof knownMeters)[number]

const ownPattern = /^x_[a-z0-9_]{1,40}$/

/** Whether that is a meter. */
export const isMeter = (value: unknown): value is Meter =>
  typeof value === 'string' && ((knownMeters as readonly string[]).includes(value) || ownPattern.test(value))

/** Whose rate counts, in this order, where a meter has none. */
export const parentsOf: Readonly<Partial<Record<Meter, readonly KnownMeter[]>>> = {
  cache_read: ['input'],
  cache_write: ['input'],
  cache_write_1h: ['cache_write', 'input'],
  reasoning: ['output'],
  input_audio: ['input'],
  input_image: ['input'],
  input_video: ['input'],
  cache_read_audio: ['cache_read', 'input_audio', 'input'],
  cache_read_image: ['cache_read', 'input_image', 'input'],
  output_audio: ['output'],
  output_image: ['output'],
  output_video: ['output'],
}

/** Meters that a rate of either of two others could stand for: cached, or of that modality. */
export const joinsOf: Readonly<Partial<Record<Meter, KnownMeter>>> = {
  cache_read_audio: 'input_audio',
  cache_read_image: 'input_image',
}
