import type { Instance } from '@sluice/contract'
import type { Clock } from '../ports/clock.ts'

interface Seen {
  readonly id: string
  sdk: string
  revision: number | null
  readonly connectedAtMs: number
  lastSeenAtMs: number
  /** When it was last given the flags as they were then; null: not yet by this process. */
  givenAtMs: number | null
  streams: number
}

const forgottenAfterMs = 300_000
const mostPerEnvironment = 10_000
const idPattern = /^[\x21-\x7e]{1,100}$/
const sdkPattern = /^[\x20-\x7e]{1,100}$/

/** The SDKs that are connected, or were here within the last five minutes. In memory: they come back by themselves. */
export class InstanceRegistry {
  readonly #environments = new Map<string, Map<string, Seen>>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes a request of an SDK. `revision` is the one it is given with the answer. */
  seen(environment: string, request: Request, revision?: number): void {
    const seen = this.#find(environment, request)
    if (!seen) return
    seen.lastSeenAtMs = this.#clock.now()
    if (revision !== undefined) this.#given(seen, revision)
  }

  /** Notes an open stream; undefined when the request names no instance. */
  opened(environment: string, request: Request): { onRevision(revision: number): void; onEnd(): void } | undefined {
    const seen = this.#find(environment, request)
    if (!seen) return undefined
    seen.streams += 1
    return {
      onRevision: (revision) => this.#given(seen, revision),
      onEnd: () => {
        seen.streams -= 1
        seen.lastSeenAtMs = this.#clock.now()
      },
    }
  }

  list(environment: string): Instance[] {
    this.#forgetOld(environment)
    const nowMs = this.#clock.now()
    return [...(this.#environments.get(environment)?.values() ?? [])].map((seen) => ({
      id: seen.id,
      sdk: seen.sdk,
      revision: seen.revision,
      connectedAt: new Date(seen.connectedAtMs).toISOString(),
      lastSeenAt: new Date(seen.streams > 0 ? nowMs : seen.lastSeenAtMs).toISOString(),
    }))
  }

  /** Of the SDKs that gave a sign of life since, how many still hold the flags of before. */
  behind(environment: string, sinceMs: number): { readonly behind: number; readonly alive: number } {
    let [behind, alive] = [0, 0]
    for (const { streams, lastSeenAtMs, givenAtMs } of this.#environments.get(environment)?.values() ?? []) {
      if (givenAtMs === null || (streams === 0 && lastSeenAtMs < sinceMs)) continue
      alive += 1
      if (givenAtMs < sinceMs) behind += 1
    }
    return { behind, alive }
  }

  #given(seen: Seen, revision: number): void {
    seen.revision = revision
    seen.givenAtMs = this.#clock.now()
  }

  #find(environment: string, request: Request): Seen | undefined {
    const id = request.headers.get('x-sluice-instance')
    const sdk = request.headers.get('x-sluice-sdk') ?? 'unknown'
    if (id === null || !idPattern.test(id) || !sdkPattern.test(sdk)) return undefined
    const known = this.#environments.get(environment) ?? new Map<string, Seen>()
    this.#environments.set(environment, known)
    const nowMs = this.#clock.now()
    const seen = known.get(id) ?? {
      id,
      sdk,
      revision: null,
      connectedAtMs: nowMs,
      lastSeenAtMs: nowMs,
      givenAtMs: null,
      streams: 0,
    }
    if (!known.has(id) && known.size >= mostPerEnvironment) this.#forgetOld(environment)
    if (!known.has(id) && known.size >= mostPerEnvironment) return undefined
    seen.sdk = sdk
    known.set(id, seen)
    return seen
  }

  #forgetOld(environment: string): void {
    const known = this.#environments.get(environment)
    const limit = this.#clock.now() - forgottenAfterMs
    for (const [id, { streams, lastSeenAtMs }] of known ?? [])
      if (streams === 0 && lastSeenAtMs < limit) known?.delete(id)
  }
}
