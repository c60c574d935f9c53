import type { Context, Explanation } from '#evaluation'
import type { ResolvedSet } from './browser/resolved-flags.ts'
import type { ClientEvents, Listener } from './emitter.ts'
import type { FlagOrigin } from './flag-store.ts'
import type { Branches, FallbackOf, FlagKey, OnlyVariants, ValueOf, VariantOf } from './flag-types.ts'
import type { Branch } from './guarded-call.ts'
import type { RoutedModel } from './models/models-link.ts'
import type { Metrics } from './observation.ts'
import type { OpenCall } from './open-call.ts'
import type { DetailsErrorCode, DetailsReason, FlagMetadata } from './resolution.ts'
import type { ClientState } from './snapshot-source.ts'
import type { TrackedCall } from './tracked-call.ts'

/** Where the flags come from that answer when `ready()` resolves. */
export interface Readiness {
  readonly source: FlagOrigin
}

/** A value and why it is this one. */
export interface Details<T> {
  readonly value: T
  /** Null where the caller's default stands. */
  readonly variant: string | null
  readonly reason: DetailsReason
  /** Id of the rule that served. */
  readonly rule: string | null
  /** A draw (sample or split) took part. */
  readonly drawn: boolean
  /** The flag serves everybody the same. */
  readonly constant: boolean
  readonly error: string | null
  readonly errorCode: DetailsErrorCode | null
  /** The server has not confirmed these flags lately. */
  readonly stale: boolean
  readonly revision: number | null
  /** What the flag says of itself. */
  readonly metadata: FlagMetadata
}

/** Health of a client. */
export interface ClientStatus {
  readonly state: ClientState
  readonly source: FlagOrigin
  readonly environment: string
  readonly revision: number | null
  /** When the server last confirmed the flags, RFC 3339. */
  readonly lastSyncAt: string | null
  /** Rows not yet sent, and rows given up because the queue was full. */
  readonly rows: { readonly waiting: number; readonly dropped: number }
}

/** What a call with these branches answers. */
export type AnswerOf<B> = Awaited<ReturnType<Extract<B[keyof B], Branch<unknown>>>>

/** How `guard` runs two branches. */
export interface GuardOptions<C, B> {
  /** Runs when the flag is on for the unit. */
  readonly candidate: Branch<C>
  /** Runs otherwise. */
  readonly baseline: Branch<B>
  /** For each branch; its `call.signal` aborts then, and the call counts as failed. Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number
  /** What happens when the candidate fails. Default `baseline`: the baseline answers. */
  readonly fallback?: 'baseline' | 'throw'
  /** Rates an answer of the assigned branch: its quality from 0 to 1, or metrics. */
  readonly score?: (answer: Awaited<C> | Awaited<B>) => number | Metrics
}

/** A client of one environment. Evaluates locally and synchronously; no method throws on its own account. */
export interface SluiceClient {
  /** Resolves at the first live flags or after `initTimeoutMs`, and says where the flags come from. Never rejects. */
  ready(): Promise<Readiness>
  /** True when the value is `true`, or for flags of other types when the variant is not `off`. In doubt false. */
  isEnabled(flag: FlagKey, context?: Context): boolean
  /** Name of the variant, or `fallback` when there is none. */
  variant<Key extends FlagKey>(flag: Key, context: Context | undefined, fallback: VariantOf<Key>): VariantOf<Key>
  /** Value of the variant; `fallback` when there is none or it is of another type. */
  value<Key extends FlagKey, T extends FallbackOf<Key>>(
    flag: Key,
    context: Context | undefined,
    fallback: T,
  ): ValueOf<Key, T>
  /** The value with its variant, reason and faults. */
  details<Key extends FlagKey, T extends FallbackOf<Key>>(
    flag: Key,
    context: Context | undefined,
    fallback: T,
  ): Details<ValueOf<Key, T>>
  /**
   * Evaluates the flags with `"client": true` for a page that this server renders: its client takes them as `bootstrap`.
   * Counts as no exposure.
   */
  evaluateAll(context?: Context): ResolvedSet
  /** The steps of an evaluation, for people. Counts as no exposure. */
  explain(flag: FlagKey, context?: Context): Explanation
  /**
   * The model that the variant names, with what is needed to call it: upstream id, settings, reasoning, price, fallbacks. One
   * that may not be called gives way to the next. Price and reasoning need `createClient({ models })`. Null: the variant
   * names no model.
   */
  model(flag: FlagKey, context?: Context): RoutedModel | null
  /** Reports a call that was measured elsewhere. A failed one (`error: 1`) gives no latency to compare. */
  track(context: Context | undefined, call: TrackedCall): void
  /**
   * Evaluates, runs the branch of the variant, and counts the call: start, latency, error. When a candidate throws, its
   * error is counted and the branch of the flag's `off` variant answers. An unknown flag, or a variant without a
   * branch, runs the `off` branch, else the last one, and counts nothing. An AbortError is passed on, not counted.
   * Rejects with what the branch that was to answer has thrown.
   */
  run<Key extends FlagKey, B extends Branches<Key> & OnlyVariants<B, Key>>(
    flag: Key,
    context: Context | undefined,
    branches: B,
  ): Promise<AnswerOf<B>>
  /** `run` with two branches and options: a time limit, no fallback, a score. */
  guard<C, B>(
    flag: FlagKey,
    context: Context | undefined,
    options: GuardOptions<C, B>,
  ): Promise<Awaited<C> | Awaited<B>>
  /**
   * Evaluates and begins to count a call whose work this client does not see: for streams, and for adapters to other
   * libraries. Whoever begins it ends it with `succeed` or `fail`.
   */
  begin(flag: FlagKey, context?: Context): OpenCall
  /**
   * The tools to offer to a model: without those whose flag is not on for the context. A tool's flag is the one in
   * `flags` under its name, else the one of its name; a tool without a flag stays. Takes the AI SDK's object of tools,
   * or a list as OpenAI and Anthropic have it.
   */
  filterTools<T extends object>(tools: T, context?: Context, flags?: Readonly<Record<string, string>>): T
  /** Listens; the answer stops listening. */
  on<Name extends keyof ClientEvents>(event: Name, listener: Listener<Name>): () => void
  status(): ClientStatus
  /** Sends what waits, within 2 seconds. Never rejects. */
  flush(): Promise<void>
  /** Flushes and ends all connections, within 2 seconds. Flags go on answering from the last good set. */
  close(): Promise<void>
}
