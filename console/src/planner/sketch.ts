// What a person sketches on the planner page, and the plan and traffic that it stands for.
import { logNormal } from '@sluice/core/planning'
import type { Traffic } from '@sluice/core/planning'
import type { Guardrail, OnBreach, Plan } from '@sluice/core/rollout'

const minute = 60_000
export const timeUnits = { minutes: minute, hours: 60 * minute, days: 1440 * minute } as const
export type TimeUnit = keyof typeof timeUnits

/** How often the evidence is judged, and how near in time the users are who are compared. */
export const blocks = { '10s': 10_000, '1m': minute, '10m': 10 * minute, '1h': 60 * minute } as const
export type BlockLength = keyof typeof blocks

export interface StageSketch {
  readonly percent: number
  readonly time: number
  readonly unit: TimeUnit
}

/** The comparisons that the page offers; `scale` turns what people type into what the plan holds. */
export const guards = {
  'error-ratio': {
    name: 'Errors, times the baseline',
    metric: 'error',
    stat: 'rate',
    compare: 'ratio',
    scale: 1,
    step: 0.1,
  },
  'error-over': {
    name: 'Errors, % of users',
    metric: 'error',
    stat: 'rate',
    compare: 'absolute',
    scale: 0.01,
    step: 0.1,
  },
  'p95-ratio': {
    name: 'p95 latency, times the baseline',
    metric: 'latency_ms',
    stat: 'p95',
    compare: 'ratio',
    scale: 1,
    step: 0.1,
  },
  'mean-ratio': {
    name: 'Mean latency, times the baseline',
    metric: 'latency_ms',
    stat: 'mean',
    compare: 'ratio',
    scale: 1,
    step: 0.1,
  },
  'p95-over': { name: 'p95 latency, ms', metric: 'latency_ms', stat: 'p95', compare: 'absolute', scale: 1, step: 100 },
} as const
export type GuardKind = keyof typeof guards

export interface GuardSketch {
  readonly kind: GuardKind
  /** More than this is harm. */
  readonly limit: number
  /** Less than this is safe. */
  readonly safe: number
  readonly onBreach: OnBreach
}

export interface Sketch {
  readonly unitsPerDay: number
  /** Of 100 users. */
  readonly failing: number
  readonly medianMs: number
  readonly p95Ms: number
  readonly advance: 'proof' | 'quiet'
  readonly block: BlockLength
  readonly stages: readonly StageSketch[]
  readonly guards: readonly GuardSketch[]
}

export const firstSketch: Sketch = {
  unitsPerDay: 50_000,
  failing: 1,
  medianMs: 800,
  p95Ms: 3000,
  advance: 'quiet',
  block: '10s',
  stages: [
    { percent: 1, time: 1, unit: 'hours' },
    { percent: 10, time: 1, unit: 'days' },
    { percent: 50, time: 1, unit: 'days' },
    { percent: 95, time: 1, unit: 'days' },
  ],
  guards: [
    { kind: 'error-ratio', limit: 1, safe: 2, onBreach: 'rollback' },
    { kind: 'p95-ratio', limit: 1.5, safe: 1.5, onBreach: 'hold' },
  ],
}

/** 2.9 % is 0.029, and not what floating point makes of it. */
const exact = (value: number): number => Number(value.toPrecision(12))

export function planOf({ stages, guards: rules, advance, block }: Sketch): Plan {
  return {
    flag: 'my-flag',
    rule: 'rollout',
    candidate: 'on',
    baseline: 'off',
    blockMs: blocks[block],
    timeoutMs: minute,
    advance,
    stages: stages.map(({ percent, time, unit }) => ({
      sharePer100k: Math.round(percent * 1000),
      // As the server does where a plan says nothing: somebody is left to compare with.
      holdbackPer100k: percent === 100 ? 5000 : 0,
      atLeastMs: Math.round(time * timeUnits[unit]),
      gate: 'auto',
    })),
    guardrails: rules.map(({ kind, limit, safe, onBreach }, i): Guardrail => {
      const { metric, stat, compare, scale } = guards[kind]
      const shared = {
        metric,
        stat,
        compare,
        direction: 'over',
        onBreach,
        noDataAfterBlocks: null,
        stages: null,
      } as const
      return { ...shared, id: `${kind}-${i}`, limit: exact(limit * scale), safe: exact(safe * scale) }
    }),
  }
}

export const trafficOf = ({ unitsPerDay, failing, medianMs, p95Ms }: Sketch): Traffic => ({
  unitsPerDay,
  rates: { error: failing / 100 },
  values: { latency_ms: logNormal(medianMs, Math.max(p95Ms, medianMs * 1.01)) },
})

const shortUnit = { minutes: 'm', hours: 'h', days: 'd' } as const

/** "1d" as it was typed; parts of a unit in milliseconds, which every reader takes. */
const timeText = ({ time, unit }: StageSketch): string =>
  Number.isInteger(time) ? `${time}${shortUnit[unit]}` : `${Math.round(time * timeUnits[unit])}ms`

const tenYears = 3650 * 1440 * minute

/** The same plan as a file for the CLI and the API. */
export const planFileOf = ({ advance, block, stages, guards: rules }: Sketch) => ({
  flag: 'my-flag',
  advance,
  ...(block === firstSketch.block ? {} : { block }),
  stages: stages.map((stage) => ({ percent: stage.percent, atLeast: timeText(stage) })),
  guardrails: rules.map(({ kind, limit, safe, onBreach }) => {
    const { metric, stat, compare, scale } = guards[kind]
    const lines =
      compare === 'ratio'
        ? { ratioOver: exact(limit * scale), safeBelowRatio: exact(safe * scale) }
        : { over: exact(limit * scale), safeBelow: exact(safe * scale) }
    return { metric, stat, ...lines, onBreach }
  }),
})

/** For the address: whoever gets the link sees the same sketch. */
export const writeSketch = (sketch: Sketch): string => encodeURIComponent(JSON.stringify(sketch))

/** The sketch of an address; the first one when there is none, or none that can be read. */
export function readSketch(hash: string): Sketch {
  try {
    const written = JSON.parse(decodeURIComponent(hash.replace(/^#/, ''))) as Omit<Sketch, 'block'> & Partial<Sketch>
    const read = { block: firstSketch.block, ...written }
    return isSketch(read) ? read : firstSketch
  } catch {
    return firstSketch
  }
}

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)

const isSketch = ({ unitsPerDay, failing, medianMs, p95Ms, advance, block, stages, guards: rules }: Sketch): boolean =>
  [unitsPerDay, failing, medianMs, p95Ms].every(isNumber) &&
  (advance === 'proof' || advance === 'quiet') &&
  Object.hasOwn(blocks, block) &&
  stages.length > 0 &&
  stages.length <= 20 &&
  stages.every(({ percent, time, unit }) => isNumber(percent) && isNumber(time) && Object.hasOwn(timeUnits, unit)) &&
  rules.length <= 20 &&
  rules.every(
    ({ kind, limit, safe, onBreach }) =>
      Object.hasOwn(guards, kind) &&
      isNumber(limit) &&
      isNumber(safe) &&
      ['notify', 'hold', 'step-back', 'rollback'].includes(onBreach),
  )

/** What keeps a sketch from being worked out, by field. */
export function faultsOf({ unitsPerDay, failing, medianMs, p95Ms, stages, guards: rules }: Sketch): string[] {
  return [
    unitsPerDay > 0 ? '' : 'Users a day must be above 0.',
    failing >= 0 && failing <= 100 ? '' : 'Failing users lie between 0 and 100 of 100.',
    medianMs > 0 ? '' : 'The usual latency must be above 0 ms.',
    p95Ms > medianMs ? '' : 'The p95 latency must be above the usual one.',
    stages.every(({ percent }) => percent > 0 && percent <= 100)
      ? ''
      : 'Each stage opens more than 0 and at most 100 %.',
    stages.every(({ percent }) => exact(Math.round(percent * 1000) / 1000) === exact(percent))
      ? ''
      : 'A share has at most three decimals: 0.001 % is the smallest step.',
    stages.every(({ time }) => time >= 0) ? '' : 'A stage cannot last less than no time.',
    stages.every(({ time, unit }) => time * timeUnits[unit] <= tenYears) ? '' : 'A stage lasts ten years at most.',
    rules.every(({ limit, safe }) => limit > 0 && safe > 0) ? '' : 'Limits and safe lines must be above 0.',
    rules.every(({ kind, limit, safe }) => guards[kind].compare === 'ratio' || safe <= limit)
      ? ''
      : 'A fixed safe line cannot lie beyond its limit.',
    rules.every(({ kind, limit }) => kind !== 'error-over' || limit < 100) ? '' : 'Errors cannot exceed 100 %.',
  ].filter((fault) => fault !== '')
}
