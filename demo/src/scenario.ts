/** What the candidate is like in a scenario; the baseline is always the same. */
export interface Scenario {
  readonly name: 'bad' | 'good' | 'silence' | 'no-savings' | 'worse-answers'
  readonly story: string
  /** Tokens a minute that the candidate's provider grants; also the size of its bucket. */
  readonly quotaPerMinute: number
  /** Answers of the candidate, 0 to 1, on average; the baseline's are at 0.8. */
  readonly quality: number
  /** Tokens the candidate writes, as a multiple of the baseline's. */
  readonly outputFactor: number
  /** After this much of the trace nothing is sent any more. */
  readonly silentAfterMs: number
}

const minute = 60_000
const good: Scenario = {
  name: 'good',
  story: 'a faster model at the same quality',
  quotaPerMinute: Infinity,
  quality: 0.8,
  outputFactor: 0.75,
  silentAfterMs: Infinity,
}

/** The scenarios by name. `bad` is the one a newcomer sees. */
export const scenarios: Readonly<Record<Scenario['name'], Scenario>> = {
  good,
  bad: {
    ...good,
    name: 'bad',
    story: 'a free model whose quota the growth of traffic breaks at 50 %',
    quotaPerMinute: 220_000,
  },
  silence: { ...good, name: 'silence', story: 'the traffic stops in the middle', silentAfterMs: 8 * minute },
  'no-savings': { ...good, name: 'no-savings', story: 'it was to save tokens, and writes more', outputFactor: 1.15 },
  'worse-answers': { ...good, name: 'worse-answers', story: 'no more errors, but worse answers', quality: 0.6 },
}
