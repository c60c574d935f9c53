import { SluiceError } from '@sluice/contract'
import type { CatalogueAudience } from '../catalogue/model-service.ts'
import type { CatalogueRevision } from '../catalogue/model-store.ts'
import type { Publication } from '../flags/change-flag.ts'
import type { SnapshotAudience } from '../flags/publish-snapshot.ts'
import type { CachedSnapshot } from '../flags/snapshot-cache.ts'
import type { Clock, Timer } from '../ports/clock.ts'
import { type Frame, SseReader, quietFrame, sseFrame } from './sse-reader.ts'

export const topics = ['flags', 'rollouts', 'models'] as const
/** `notices` only says that something has changed: OFREP's event stream. */
export type Topic = (typeof topics)[number] | 'notices'

export interface Subscription {
  readonly environment: string
  readonly topics: ReadonlySet<Topic>
  readonly principalId: string
  readonly isSession: boolean
  /** `<epoch>-<revision>` that the reader holds already. */
  readonly known: string | null
  /** Told of every revision that goes out to this reader. */
  readonly onRevision?: (revision: number) => void
  readonly onEnd?: () => void
}

export interface StreamParts {
  readonly clock: Clock
  readonly snapshotOf: (environment: string) => CachedSnapshot | undefined
  readonly modelsRevision: () => CatalogueRevision
}

interface Reader {
  readonly subscription: Subscription
  readonly sse: SseReader
}

const heartbeatMs = 15_000
const mostStreams = 10_000
const mostStreamsOfKey = mostStreams / 2
const mostStreamsOfSession = 20

/** Everybody who listens, and what they are told. */
export class StreamHub implements SnapshotAudience, CatalogueAudience {
  readonly #readers = new Set<Reader>()
  readonly #perPrincipal = new Map<string, number>()
  readonly #parts: StreamParts
  #heartbeat: Timer
  #isOpen = true

  constructor(parts: StreamParts) {
    this.#parts = parts
    this.#heartbeat = this.#scheduleHeartbeat()
  }

  get count(): number {
    return this.#readers.size
  }

  /** The answer to a reader. Its first frame is the whole snapshot, or a ping if it holds the present one. */
  open(subscription: Subscription): Response {
    this.#admit(subscription)
    const reader: Reader = { subscription, sse: new SseReader(() => this.#forget(reader)) }
    this.#readers.add(reader)
    this.#perPrincipal.set(subscription.principalId, this.#countOf(subscription.principalId) + 1)
    this.#greet(reader)
    return new Response(reader.sse.stream, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    })
  }

  patch({ from, revision, key, flag }: Publication, snapshot: CachedSnapshot): void {
    const frame = sseFrame('patch', JSON.stringify({ from, revision, flags: { [key]: flag } }), snapshot.id)
    this.#sendFlags(snapshot, frame)
  }

  put(snapshot: CachedSnapshot): void {
    this.#sendFlags(snapshot, putFrame(snapshot))
  }

  /** A rollout as it stands now, or a decision about one. */
  publish(environment: string, event: 'rollout' | 'decision', data: unknown): void {
    const frame = sseFrame(event, JSON.stringify(data))
    for (const { subscription, sse } of this.#readers)
      if (subscription.environment === environment && subscription.topics.has('rollouts')) sse.send(frame)
  }

  /** The catalogue of models has a new revision; it belongs to no environment. */
  models(revision: CatalogueRevision): void {
    const frame = modelsFrame(revision)
    for (const { subscription, sse } of this.#readers) if (subscription.topics.has('models')) sse.send(frame)
  }

  /** Cuts the streams of a revoked key or an ended session. */
  closePrincipal(principalId: string): void {
    for (const { subscription, sse } of this.#readers) if (subscription.principalId === principalId) sse.close()
  }

  close(): void {
    this.#isOpen = false
    this.#heartbeat.cancel()
    for (const { sse } of this.#readers) sse.close()
  }

  #greet({ subscription, sse }: Reader): void {
    const snapshot = this.#parts.snapshotOf(subscription.environment)
    if (!snapshot) return
    const isPresent = subscription.known === snapshot.id
    // What changed between a reader's evaluation and this moment would be lost on it.
    if (subscription.topics.has('notices')) return sse.send(isPresent ? quietFrame : noticeFrame(snapshot))
    sse.send(isPresent || !subscription.topics.has('flags') ? pingFrame(snapshot) : putFrame(snapshot))
    if (subscription.topics.has('models')) sse.send(modelsFrame(this.#parts.modelsRevision()))
    if (subscription.topics.has('flags')) subscription.onRevision?.(snapshot.revision)
  }

  #sendFlags(snapshot: CachedSnapshot, frame: Frame): void {
    const notice = noticeFrame(snapshot)
    for (const { subscription, sse } of this.#readers) {
      if (subscription.environment !== snapshot.environment) continue
      if (subscription.topics.has('notices')) sse.send(notice)
      if (!subscription.topics.has('flags')) continue
      sse.send(frame)
      subscription.onRevision?.(snapshot.revision)
    }
  }

  #scheduleHeartbeat(): Timer {
    return this.#parts.clock.schedule(this.#parts.clock.now() + heartbeatMs, () => {
      for (const { subscription, sse } of this.#readers) {
        const snapshot = this.#parts.snapshotOf(subscription.environment)
        if (snapshot) sse.send(subscription.topics.has('notices') ? quietFrame : pingFrame(snapshot))
      }
      if (this.#isOpen) this.#heartbeat = this.#scheduleHeartbeat()
    })
  }

  #admit({ principalId, isSession }: Subscription): void {
    const most = isSession ? mostStreamsOfSession : mostStreamsOfKey
    if (this.#countOf(principalId) >= most)
      throw new SluiceError('LIMIT_EXCEEDED', `There are ${most} streams open for this caller already.`, {
        hint: 'Close one, or poll the snapshot with If-None-Match.',
      })
    if (!this.#isOpen || this.#readers.size >= mostStreams)
      throw new SluiceError('UNAVAILABLE', 'This server takes no more streams now.', {
        hint: 'Poll the snapshot with If-None-Match, and try again later.',
      })
  }

  #countOf(principalId: string): number {
    return this.#perPrincipal.get(principalId) ?? 0
  }

  #forget(reader: Reader): void {
    if (!this.#readers.delete(reader)) return
    const { principalId, onEnd } = reader.subscription
    const left = this.#countOf(principalId) - 1
    if (left > 0) this.#perPrincipal.set(principalId, left)
    else this.#perPrincipal.delete(principalId)
    onEnd?.()
  }
}

const putFrame = (snapshot: CachedSnapshot): Frame => sseFrame('put', snapshot.text(), snapshot.id)
const pingFrame = ({ revision }: CachedSnapshot): Frame => sseFrame('ping', JSON.stringify({ revision }))
const modelsFrame = ({ epoch, revision }: CatalogueRevision): Frame =>
  sseFrame('models', JSON.stringify({ epoch, revision }))
const noticeFrame = ({ id }: CachedSnapshot): Frame =>
  sseFrame('message', JSON.stringify({ type: 'refetchEvaluation', etag: id }), id)
