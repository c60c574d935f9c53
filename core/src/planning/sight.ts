/** What a guardrail can see at one stage. A truth is a multiple of the baseline, or the candidate's own rate, mean or quantile. */
export interface Sight {
  /** What the baseline is in these terms. */
  readonly baseline: number
  /** For harm of this size: the chance that it is found within so many milliseconds. */
  found(truth: number): (withinMs: number) => number
  /** Time after which safety is proven with this probability if the candidate is like the baseline; Infinity: never. */
  proofMs(probability: number): number
}
