import type { HashUnit } from './hash-unit.ts'
import type { Metrics, Observation } from './observation.ts'
import type { Resolution } from './resolution.ts'

/** Where rows go, and what stands in them for the unit: itself, or its hash. */
export interface ObserverParts {
  readonly add: (row: Observation) => void
  readonly hash: HashUnit | null
}

/** As many reads as the queue holds rows. */
const mostReads = 10_000
const mostUnitBytes = 1024

/** Turns evaluations and measurements into rows, and decides which of them name their unit. */
export class Observer {
  readonly #parts: ObserverParts
  readonly #reads = new Set<string>()

  constructor(parts: ObserverParts) {
    this.#parts = parts
  }

  /** A call begins: before the work, so that even one that never ends is counted. */
  exposed(flag: string, resolution: Resolution, atMs: number): void {
    if (!isExposure(resolution)) return
    this.#parts.add(this.#row(flag, resolution, atMs, {}))
  }

  /** A value was read. A hot loop reads one flag a million times: one exposure a unit between two sendings is enough. */
  read(flag: string, resolution: Resolution, atMs: number): void {
    if (!isExposure(resolution)) return
    const { rollout, unit } = resolution
    const id = `${rollout?.attempt} ${rollout?.visit} ${flag}\n${unit}`
    if (this.#reads.has(id)) return
    if (this.#reads.size < mostReads) this.#reads.add(id)
    this.exposed(flag, resolution, atMs)
  }

  /** What a call measured; `atMs` is its start. Sent for every unit, in an arm or not: it feeds the charts. */
  measured(flag: string, resolution: Resolution, atMs: number, metrics: Metrics, model?: string): void {
    if (!resolution.observed || resolution.variant === null || Object.keys(metrics).length === 0) return
    this.#parts.add({ ...this.#row(flag, resolution, atMs, metrics), ...(model === undefined ? {} : { model }) })
  }

  /** Rows are being sent: reads after this are exposures again. */
  newWindow(): void {
    this.#reads.clear()
  }

  #row(flag: string, resolution: Resolution, atMs: number, metrics: Metrics): Observation {
    const { variant, rollout, revision, arm, task } = resolution
    const unit = this.#unit(resolution)
    const isHashed = unit !== null && arm !== null && this.#parts.hash !== null
    return {
      flag,
      variant: variant ?? '',
      ...(unit === null ? {} : { unit }),
      at: new Date(atMs).toISOString(),
      metrics,
      ...(task === null ? {} : { task }),
      ...(rollout === null ? {} : { attempt: rollout.attempt, visit: rollout.visit }),
      ...(isHashed ? { arm } : {}),
      ...(revision === null ? {} : { revision }),
    }
  }

  /**
   * Evidence counts units, so a row without one feeds charts only. That is right for units under a rollout that are in
   * no arm (included, excluded, ineligible).
   */
  #unit({ arm, rollout, unit }: Resolution): string | null {
    const { hash } = this.#parts
    if (unit === null || (rollout !== null && arm === null)) return null
    if (hash === null) return isCarriable(unit) ? unit : null
    return rollout === null ? null : hash(unit, rollout.id)
  }
}

const isExposure = ({ observed, variant, rollout, arm }: Resolution): boolean =>
  observed && variant !== null && rollout !== null && arm !== null

/** What the server's edge takes: well-formed text without NUL, up to 1 KiB. */
function isCarriable(unit: string): boolean {
  return unit.isWellFormed() && !unit.includes('\0') && new TextEncoder().encode(unit).length <= mostUnitBytes
}
