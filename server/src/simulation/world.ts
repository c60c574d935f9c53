// The machines, the disk and the applications of a history, and the record of all that happens there.
import { seededRandom } from '../ports/seeded-random.ts'
import { verifyChain } from '../events/event-store.ts'
import type { CachedSnapshot } from '../flags/snapshot-cache.ts'
import { Faults } from './faults.ts'
import { environment, flagsDigest, Observer } from './observer.ts'
import { ReferenceEngine } from './reference.ts'
import { replayAll } from './replay-all.ts'
import type { Sabotage } from './sabotage.ts'
import { SeededChoice } from './seeded-choice.ts'
import { ServerNode } from './server-node.ts'
import type { Answer } from './server-node.ts'
import { SimulatedClock } from './simulated-clock.ts'
import { SimulatedStore } from './simulated-store.ts'
import type { Entry, EntryOf, Kind, Trace } from './trace.ts'

/** An entry without what the world adds: the step and the time. */
type News = { [K in Kind]: Omit<EntryOf<K>, 'n' | 'at'> }[Kind]

interface Reader {
  readonly name: string
  snapshot: CachedSnapshot | undefined
}

/** How long a lock by the clock of its holder is good for; a planted bug. */
const leaseMs = 15_000

export class World {
  readonly choice: SeededChoice
  readonly readers: readonly Reader[] = [
    { name: 'app-1', snapshot: undefined },
    { name: 'app-2', snapshot: undefined },
  ]
  readonly machines = [new SimulatedClock(), new SimulatedClock()] as const
  readonly #sabotage: Sabotage
  readonly #store: SimulatedStore
  readonly #observer: Observer
  readonly #reference: ReferenceEngine
  readonly #random
  readonly #trace: Entry[] = []
  readonly #nodes: ServerNode[] = []
  #requests = 0
  #followed = 0
  #lock: { holder: ServerNode; untilMs: number } | null = null
  /** True while several things happen at once: then everybody may be overtaken. */
  isCrowded = false
  /** Number of the step. */
  n = 0

  constructor(seed: number, sabotage: Sabotage, store: SimulatedStore) {
    this.choice = new SeededChoice(seed)
    this.#random = seededRandom(seed)
    this.#sabotage = sabotage
    this.#store = store
    this.#observer = new Observer(store.file)
    this.#reference = new ReferenceEngine(this.#observer)
  }

  get trace(): Trace {
    return this.#trace
  }

  get nowMs(): number {
    return this.machines[0].now()
  }

  get running(): readonly ServerNode[] {
    return this.#nodes.filter(({ isUp }) => isUp)
  }

  /** One of the servers that answer; with honest servers there is one at most. */
  anyNode(): ServerNode | undefined {
    const up = this.running
    return up.length < 2 ? up[0] : this.choice.from(up)
  }

  record(news: News): void {
    this.#trace.push({ n: this.n, at: this.nowMs, ...news } as Entry)
  }

  /** Starts a server on a machine that is free, if the lock on the database lets it. */
  async startNode(): Promise<void> {
    const clock = this.machines.find((machine) => this.running.every((node) => node.clock !== machine))
    if (!clock || this.#isLocked(clock)) return
    clock.clear()
    const name = `server-${this.#nodes.length + 1}`
    const { choice } = this
    const faults = new Faults(
      (point, how) => this.record({ kind: 'fault', node: name, point, how }),
      () => (this.isCrowded ? choice.below(4) : 0),
    )
    const node: ServerNode = new ServerNode({
      name,
      clock,
      random: this.#random,
      faults,
      sabotage: this.#sabotage,
      connect: () =>
        this.#store.connect({ faults, sabotage: this.#sabotage, committed: (tables) => this.#committed(node, tables) }),
      told: (what, id, revision) => this.record({ kind: 'told', node: name, what, id, revision }),
      logged: (error) => this.record({ kind: 'answer', node: name, token: 'log', answer: loggedText(error) }),
    })
    this.#nodes.push(node)
    this.#lock = { holder: node, untilMs: clock.now() + leaseMs }
    this.record({ kind: 'node', node: name, what: 'starts' })
    const { answer } = await node.start()
    if (answer === 'done') this.record({ kind: 'node', node: name, what: 'is up' })
    else node.faults.die()
  }

  crash(node: ServerNode): void {
    this.record({ kind: 'node', node: node.name, what: 'crashes' })
    node.faults.die()
  }

  /** Time goes by on every machine; what falls due is left to `wake`. */
  pass(ms: number): void {
    for (const clock of this.machines) clock.pass(ms)
    if (this.#lock?.holder.isUp) this.#lock.untilMs = this.#lock.holder.clock.now() + leaseMs
  }

  /** Sets one machine's clock wrong. */
  setClock(machine: 0 | 1, byMs: number): void {
    this.machines[machine].set(byMs)
    this.record({ kind: 'clock', byMs })
  }

  async wake(): Promise<void> {
    await Promise.all(this.running.map((node) => node.wake()))
  }

  /** Sends something to a server and notes what came back. */
  async request<T>(
    node: ServerNode,
    what: string,
    send: (token: string) => Promise<Answer<T>>,
    expects?: number,
  ): Promise<Answer<T>> {
    this.#requests += 1
    const token = `request-${this.#requests}`
    this.record({ kind: 'request', node: node.name, token, what, ...(expects === undefined ? {} : { expects }) })
    const answer = await send(token)
    this.record({ kind: 'answer', node: node.name, token, answer: answerText(answer), ...rowsOf(answer) })
    return answer
  }

  /** An application gets the snapshot anew, if somebody serves it. */
  read(reader: Reader): void {
    const node = this.anyNode()
    const snapshot = node?.served()
    if (!node || !snapshot) return
    const isNew = reader.snapshot !== snapshot
    reader.snapshot = snapshot
    if (isNew) {
      const { revision, flags } = snapshot
      const sorted = Object.entries(flags).sort(([a], [b]) => (a < b ? -1 : 1))
      this.record({ kind: 'read', reader: reader.name, node: node.name, revision, digest: flagsDigest(sorted) })
    }
  }

  /** Notes who serves another revision than is stored, though nothing keeps it from looking. */
  compare(): void {
    const stored = this.#observer.revision
    for (const { name, faults, served } of this.running.map((node) => ({ ...node, served: node.served() })))
      if (!faults.isAway && served && served.revision < stored)
        this.record({ kind: 'behind', node: name, served: served.revision, stored })
  }

  /** Whoever sends notifications reads the log from where it stopped, whatever happened in between. */
  follow(): void {
    const rows = this.#store.file
      .prepare('select seq, id from events where scope = ? and seq > ? order by seq')
      .all(environment, this.#followed)
    for (const { seq, id } of rows) this.record({ kind: 'followed', seq: Number(seq), id: String(id) })
    this.#followed = Number(rows.at(-1)?.['seq'] ?? this.#followed)
  }

  async end(waitingFor: readonly string[]): Promise<void> {
    await Promise.all(this.running.map((node) => node.settled()))
    for (const replayed of await replayAll(this.#store.plain.kysely)) this.record({ kind: 'replayed', ...replayed })
    const chain = await verifyChain(this.#store.plain.kysely, environment)
    const { revision } = this.#observer
    this.record({ kind: 'end', revision, digest: this.#observer.snapshotDigest(), chain: chain.state, waitingFor })
  }

  #isLocked(clock: SimulatedClock): boolean {
    if (this.#sabotage.lock === 'none') return false
    if (!this.#lock?.holder.faults.alive) return false
    return this.#sabotage.lock !== 'own clock' || clock.now() < this.#lock.untilMs
  }

  #committed(node: ServerNode, tables: ReadonlySet<string>): void {
    const { changes, moved } = this.#observer.look(tables)
    const { rollouts, flags, events, batches, rows } = changes
    if (rollouts.length + flags.length + events.length + batches.length + rows === 0) return
    const judged = moved.map((one) => this.#reference.judge(one, node.asked(one.plan.flag)))
    const holdsLock = this.#lock?.holder === node
    const reference = judged.find((found) => found !== null) ?? null
    this.record({ kind: 'commit', node: node.name, holdsLock, ...changes, reference })
  }
}

const answerText = (answer: Answer<unknown>): string => {
  if (answer.answer === 'refused') return `refused ${answer.code}`
  return answer.answer === 'broken' ? `broken ${answer.error}` : answer.answer
}

const rowsOf = (answer: Answer<unknown>): { rows?: number } =>
  answer.answer === 'done' && typeof answer.value === 'number' ? { rows: answer.value } : {}

function loggedText(error: unknown): string {
  if (!(error instanceof Error)) return `broken ${String(error)}`
  if (error.name === 'InjectedFault') return 'failed'
  return error.name === 'SluiceError'
    ? `refused ${(error as { code?: string }).code}`
    : `broken ${error.name}: ${error.message}`
}
