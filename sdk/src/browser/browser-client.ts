import type { Context } from '#evaluation'
import type { ClientEvents, Listener } from '../emitter.ts'
import type { Logger } from '../logger.ts'
import type { Branches, FallbackOf, FlagKey, OnlyVariants, ValueOf, VariantOf } from '../flag-types.ts'
import type { AnswerOf, ClientStatus, Details, Readiness } from '../sluice-client.ts'
import type { TrackedCall } from '../tracked-call.ts'
import type { PageStorage } from './page-cache.ts'
import type { ResolvedSet } from './resolved-flags.ts'

/** How a client in a page is made. */
export interface BrowserOptions {
  /** Address of the Sluice server. */
  url: string
  /** A client key, `slc_cli_…`: everybody may see it, and it sees only flags with `"client": true`. */
  key: string
  /** Who is looking; see `setContext`. */
  context?: Context
  /** What `evaluateAll` of a server's client has handed to the page for this context. */
  bootstrap?: ResolvedSet
  /** Keeps the last flags for the next visit. Default: `localStorage`; null: nowhere. */
  storage?: PageStorage | null
  /** How long `ready()` waits at most. Default 1,000 ms. */
  initTimeoutMs?: number
  /** How often observations are sent. Default 5,000 ms. */
  flushIntervalMs?: number
  /** Default: `console`. */
  logger?: Logger
  fetch?: typeof fetch
  /** Null: no stream, changes are found by polling. */
  EventSource?: typeof EventSource | null
}

/** Reads flags that were evaluated for one context. Synchronous; never throws. */
export interface FlagReader {
  /** True when the value is `true`, or for flags of other types when the variant is not the flag's `off`. */
  isEnabled(flag: FlagKey): boolean
  /** Name of the variant, or `fallback` when there is none. */
  variant<Key extends FlagKey>(flag: Key, fallback: VariantOf<Key>): VariantOf<Key>
  /** Value of the variant; `fallback` when there is none or it is of another type. */
  value<Key extends FlagKey, T extends FallbackOf<Key>>(flag: Key, fallback: T): ValueOf<Key, T>
  /** The value with its variant, reason and faults. */
  details<Key extends FlagKey, T extends FallbackOf<Key>>(flag: Key, fallback: T): Details<ValueOf<Key, T>>
}

/** A client for pages. The server evaluates; rules, lists and other people's flags never get here. */
export interface BrowserClient extends FlagReader {
  /** What stood in `bootstrap`, whatever has come since: what a server has rendered. */
  readonly initial: FlagReader
  readonly context: Context
  /** Another user or other attributes. Until the server has answered old values stay only for the same `targetingKey`. */
  setContext(context: Context): Promise<void>
  /** Resolves at the first live flags or after `initTimeoutMs`, and says where the flags come from. Never rejects. */
  ready(): Promise<Readiness>
  /**
   * Runs the branch of the variant and counts the call; when it throws, the `off` variant's branch answers. As `run` of a
   * server's client, but shown only: what anybody's browser reports is no evidence.
   */
  run<Key extends FlagKey, B extends Branches<Key> & OnlyVariants<B, Key>>(flag: Key, branches: B): Promise<AnswerOf<B>>
  /** Reports what was measured elsewhere. */
  track(call: TrackedCall): void
  /** Listens; the answer stops listening. */
  on<Name extends keyof ClientEvents>(event: Name, listener: Listener<Name>): () => void
  status(): ClientStatus
  /** Sends what waits, within 2 seconds. Never rejects. */
  flush(): Promise<void>
  /** Flushes and ends all connections. Flags go on answering from the last good set. */
  close(): Promise<void>
}
