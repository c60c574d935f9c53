export interface SuiteOptions {
  /** Repetitions a measurement; null takes the suite's own. */
  readonly repetitions: number | null
  /** Only measurements with this in their name; null for all. */
  readonly only: string | null
  /** All randomness follows from it; absent: the suite's own. */
  readonly seed?: number
  /** Progress, a line at a time. */
  readonly tell: (line: string) => void
}

export interface SuiteReport {
  /** What a person reads. */
  readonly text: string
  /** The same, for programs: plain JSON, with every goal as `{ id, value, goal, met }` and the seeds. */
  readonly figures: unknown
  /** How many goals were missed. */
  readonly missed: number
  /** What `--write` puts into the repository: pages and pictures, by path from its root. */
  readonly files?: readonly { readonly path: string; readonly text: string }[]
}

export type Suite = (options: SuiteOptions) => Promise<SuiteReport>
