/** Where a server can die, or its database refuse: every write, and both sides of a commit. */
export type Point = 'acquire' | 'begin' | 'statement' | 'commit' | 'committed'

/** `crash`: the server stops for good. `error`: the database answers with an error; after a commit, the reply is lost. */
export type How = 'crash' | 'error'

/** What a server gets from its database when a fault was planned there. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault'
}

/** A promise for whoever waits on a server that is no more. */
export const never = (): Promise<never> => new Promise(() => {})

/** The faults of one server: which comes next, and whether it is still alive. */
export class Faults {
  readonly #crashed: (value: 'crashed') => void
  readonly #tell: (point: Point, how: How) => void
  readonly #pause: () => number
  #planned: { left: number; readonly how: How } | null = null
  #alive = true
  /** Resolves when the server dies. */
  readonly death: Promise<'crashed'>
  /** While true the database answers nothing but errors. */
  isAway = false
  /** Called as it dies, to let go of what it held. */
  release: () => void = () => {}

  /** `pause`: how often others may go first at each point. */
  constructor(tell: (point: Point, how: How) => void, pause: () => number) {
    const { promise, resolve } = Promise.withResolvers<'crashed'>()
    this.death = promise
    this.#crashed = resolve
    this.#tell = tell
    this.#pause = pause
  }

  get alive(): boolean {
    return this.#alive
  }

  /** Lets the fault happen at the point after `left` others. */
  plan(left: number, how: How): void {
    this.#planned = { left, how }
  }

  /** A planned fault that did not come up is forgotten. */
  clear(): void {
    this.#planned = null
  }

  /** Passed by every call to the database. Never returns in a dead server. */
  async pass(point: Point): Promise<void> {
    for (let turns = this.#pause(); turns > 0; turns--) await undefined
    if (!this.#alive) return never()
    if (this.isAway && point === 'acquire') throw new InjectedFault('The database is away.')
    if (!this.#planned || this.#planned.left-- > 0) return
    const { how } = this.#planned
    this.#planned = null
    this.#tell(point, how)
    if (how === 'error') throw new InjectedFault(`The database failed at ${point}.`)
    this.die()
    return never()
  }

  die(): void {
    if (!this.#alive) return
    this.#alive = false
    this.release()
    this.#crashed('crashed')
  }
}
