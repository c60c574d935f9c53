// One simulated history: a seed decides what happens in the world, step by step; at last the faults end.
import type { ActionInput, Rollout } from '@sluice/contract'
import type { FlagEdit } from '../flags/edit-flag.ts'
import { ruleName } from './observer.ts'
import { honest } from './sabotage.ts'
import type { Sabotage } from './sabotage.ts'
import type { ServerNode } from './server-node.ts'
import type { SimulatedStore } from './simulated-store.ts'
import { againstBaseline, blockMs, planFrom, slowPlan } from './simulated-plan.ts'
import type { Trace } from './trace.ts'
import { flagKey, TrafficSource } from './traffic-source.ts'
import type { Batch, Regime } from './traffic-source.ts'
import { World } from './world.ts'

const firstFlag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const hourMs = 3_600_000
const retentionMs = 5 * blockMs
/** Steps with faults, and those in which everything must come right again. */
const wildSteps = 150
const calmSteps = 50
/** So many that at 10 % no side is silent by chance for as long as a plan allows: what comes of silence is not what calm is for. */
const calmCalls = 40
/** The longest stage of a simulated plan: who was held until so lately still has its time before it. */
const longestStage = 6

/** Every server of the history lives on `store`, which is empty at first. */
export async function simulateHistory(
  seed: number,
  store: SimulatedStore,
  sabotage: Sabotage = honest,
): Promise<Trace> {
  store.clear()
  const history = new History(new World(seed, sabotage, store), sabotage)
  await history.begin()
  for (let i = 0; i < wildSteps; i++) await history.step()
  await history.calm(calmSteps)
  return history.world.trace
}

class History {
  readonly world: World
  readonly #sabotage: Sabotage
  readonly #traffic: TrafficSource
  readonly #rollouts: string[] = []
  #outbox: Batch[] = []
  readonly #acknowledged: Batch[] = []
  #regime: Regime = 'usual'
  #silentUntil = 0
  #awayUntil = 0
  #downUntil = 0
  /** The version of the flag that a person has on the screen. */
  #seenVersion: number | null = null

  constructor(world: World, sabotage: Sabotage) {
    this.world = world
    this.#sabotage = sabotage
    this.#traffic = new TrafficSource(world.choice)
  }

  async begin(): Promise<void> {
    const { world } = this
    await world.startNode()
    await this.#edit({ kind: 'replace', body: firstFlag }, null)
    for (const reader of world.readers) world.read(reader)
    await this.#plan()
  }

  /** A few things at once, perhaps with a fault among them. */
  async step(): Promise<void> {
    const { world } = this
    const { choice } = world
    world.n += 1
    this.#changeTheWorld()
    if (world.running.length === 0 && world.n >= this.#downUntil && choice.chance(0.5)) await world.startNode()
    else if (this.#sabotage.lock && world.running.length < 2 && choice.chance(0.1)) await world.startNode()
    const node = world.anyNode()
    const how = choice.chance(0.5) ? 'crash' : 'error'
    if (node && choice.chance(0.15)) node.faults.plan(choice.below(16), how)
    world.isCrowded = choice.chance(0.4)
    const happenings = [() => world.wake()]
    for (let more = world.isCrowded ? 2 : 1; more > 0; more--) happenings.push(this.#happening())
    if (choice.chance(0.5)) happenings.reverse()
    await Promise.all(happenings.map((happen) => happen()))
    node?.faults.clear()
    world.compare()
    if (choice.chance(0.2)) world.follow()
  }

  /** No faults any more: whatever was broken has to come right within the plan's time. */
  async calm(steps: number): Promise<void> {
    const { world } = this
    const candidate = world.choice.chance(0.7) ? 'healthy' : 'failing'
    const fresh = world.choice.chance(0.6)
    world.isCrowded = false
    for (const node of world.running) node.faults.isAway = false
    this.#regime = candidate === 'healthy' ? 'healthy' : 'outage'
    this.#outbox = []
    world.n += 1
    if (world.running.length === 0) await world.startNode()
    await this.#edit({ kind: 'merge', body: { enabled: true, include: null, exclude: null } }, null)
    if (fresh) await this.#act({ action: 'rollback' }, flagKey)
    const input = fresh && candidate === 'failing' ? slowPlan : planFrom(world.choice)
    await this.#plan(true, input)
    // An incident of the past can lie beyond a plan's fixed limits: then it was refused.
    await this.#plan(true, { ...input, advance: 'quiet', guardrails: [againstBaseline] })
    world.record({ kind: 'calm', candidate, fresh })
    const id = (await this.#look(flagKey))?.id ?? flagKey
    const lately = new Set<string>()
    for (let i = 1; i < steps; i++) {
      const waiting = await this.#calmStep(id, candidate)
      if (i >= steps - longestStage) for (const { code } of waiting) lately.add(code)
    }
    for (const reader of world.readers) world.read(reader)
    world.follow()
    const last = await this.#look(id)
    for (const { code } of last?.waitingFor ?? []) lately.add(code)
    await world.end(last ? [last.state, ...lately] : ['no answer'])
  }

  /** The answer: what a healthy rollout was waiting for. */
  async #calmStep(id: string, candidate: 'healthy' | 'failing'): Promise<Rollout['waitingFor']> {
    const { world } = this
    world.n += 1
    world.pass(blockMs)
    for (const reader of world.readers) world.read(reader)
    this.#newBatch(calmCalls, true)
    await this.#deliver(0)
    await world.wake()
    world.compare()
    const now = candidate === 'healthy' ? await this.#look(id) : undefined
    const isStopped = now?.waitingFor.some(({ code }) => ['person', 'breach', 'no_data'].includes(code))
    if (now?.state === 'held' && isStopped) await this.#act({ action: 'resume' }, id)
    if (now?.state === 'awaiting_decision') await this.#act({ action: 'proceed' }, id)
    return now?.waitingFor ?? []
  }

  async #look(id: string): Promise<Rollout | undefined> {
    const answer = await this.world.anyNode()?.view(id)
    return answer?.answer === 'done' ? answer.value : undefined
  }

  /** What nobody asked for: time, wrong clocks, silence, a database that is away, good and bad candidates. */
  #changeTheWorld(): void {
    const { world } = this
    const { choice } = world
    world.pass(choice.from([blockMs / 2, blockMs, blockMs, blockMs]))
    if (choice.chance(0.02)) this.#jump()
    if (choice.chance(0.03))
      this.#become(choice.weighted({ usual: 5, healthy: 2, outage: 2, harm: 1, 'shared incident': 1, slow: 1 }))
    if (choice.chance(0.025)) this.#silentUntil = world.n + 3 + choice.below(10)
    if (choice.chance(0.01)) this.#awayUntil = world.n + 1 + choice.below(6)
    for (const node of world.running) node.faults.isAway = world.n < this.#awayUntil
    if (choice.chance(0.01)) {
      for (const node of world.running) world.crash(node)
      this.#downUntil = world.n + choice.from([0, 3, 20])
    }
  }

  #become(regime: Regime): void {
    this.#regime = regime
    this.world.record({ kind: 'world', what: regime })
  }

  #jump(): void {
    const { choice } = this.world
    const machine = this.#sabotage.lock && choice.chance(0.5) ? 1 : 0
    const blocks = 1 + choice.below(20)
    const hours = (1 + choice.below(30)) * hourMs
    const byMs = { forward: blocks * blockMs, back: (-blocks / 4) * blockMs, 'far forward': hours, 'far back': -hours }
    this.world.setClock(machine, byMs[choice.weighted({ forward: 4, back: 2, 'far forward': 1, 'far back': 0.5 })])
  }

  #happening(): () => Promise<void> {
    const { choice } = this.world
    switch (choice.weighted({ traffic: 8, nothing: 4, resend: 1, read: 1, act: 1, edit: 1.5, prune: 0.2 })) {
      case 'traffic':
        return () => this.#report()
      case 'nothing':
        return async () => {}
      case 'resend':
        return () => this.#resend()
      case 'prune':
        return () => this.#prune()
      case 'read':
        return async () => this.world.read(choice.from(this.world.readers))
      case 'act':
        return () => this.#intervene()
      case 'edit':
        return () => this.#editSomething()
    }
  }

  async #report(): Promise<void> {
    const { world } = this
    if (world.n < this.#silentUntil) return
    if (world.choice.chance(0.7)) world.read(world.choice.from(world.readers))
    this.#newBatch(6 + world.choice.below(10), false)
    // Now and then a batch is kept back, and overtaken.
    if (world.choice.chance(0.85)) await this.#deliver(world.choice.chance(0.8) ? this.#outbox.length - 1 : 0)
  }

  #newBatch(calls: number, clean: boolean): void {
    const { world } = this
    const { snapshot } = world.choice.from(world.readers)
    const batch = this.#traffic.batch(snapshot, world.nowMs, calls, this.#regime, clean)
    if (batch) this.#outbox.push(batch)
  }

  async #deliver(index: number): Promise<void> {
    const { world } = this
    const node = world.anyNode()
    const batch = this.#outbox[index]
    if (!node || !batch) return
    this.#outbox.splice(index, 1)
    const answer = await this.#send(node, batch)
    if (answer === 'done') this.#acknowledged.push(batch)
    else if (batch.sent < 4 && answer !== 'refused') this.#outbox.push(batch)
  }

  async #resend(): Promise<void> {
    const node = this.world.anyNode()
    const batch = this.#acknowledged.at(-1 - this.world.choice.below(5))
    if (node && batch) await this.#send(node, batch)
  }

  /** Receipts go with the rows, so that nothing of before is sent again. */
  async #prune(): Promise<void> {
    const { world } = this
    const node = world.anyNode()
    if (!node || world.isCrowded) return
    // What had completed before its rows went can be lowered still, and begins with users it does not know.
    for (const id of this.#rollouts) if ((await this.#look(id))?.state === 'completed') return
    this.#acknowledged.length = 0
    this.#outbox = this.#outbox.filter(({ sent }) => sent === 0)
    await world.request(node, 'prune', () => node.prune(retentionMs))
  }

  async #send(node: ServerNode, batch: Batch): Promise<string> {
    batch.sent += 1
    const { id, observations, isPublic, sent } = batch
    const { answer } = await this.world.request(node, `ingest ${id}`, () =>
      node.ingest(id, observations, isPublic, sent),
    )
    return answer
  }

  async #intervene(): Promise<void> {
    const { choice } = this.world
    const kind = choice.weighted({
      plan: 4,
      hold: 4,
      resume: 6,
      proceed: 3,
      rollback: 1,
      lower: 1,
      takeover: 0.5,
      start: 0.5,
    })
    if (kind === 'plan') return this.#plan()
    // Who holds a rollout has often seen something.
    if (kind === 'hold' && choice.chance(0.3)) this.#become('outage')
    if (kind === 'lower') return this.#act({ action: 'rollback', to: choice.from([5, 10, 30]) })
    if (kind === 'takeover') return this.#act({ action: 'takeover', to: choice.from([0, 25, 100]) })
    return this.#act({ action: kind })
  }

  async #act(input: ActionInput, id = this.#someRollout()): Promise<void> {
    const { world } = this
    const node = world.anyNode()
    if (!node || !id) return
    const what = `${input.action} ${input.to ?? ''} ${id}`
    const expects = world.choice.chance(0.4) ? ((await this.#look(id))?.version ?? null) : null
    await world.request(node, what, (token) => node.act(id, { ...input, reason: token }, expects), expects ?? undefined)
  }

  /** By its id or, as a person would, by the flag. */
  #someRollout(): string | undefined {
    const { choice } = this.world
    if (choice.chance(0.3)) return flagKey
    return choice.chance(0.85) ? this.#rollouts.at(-1) : this.#rollouts.at(-2)
  }

  /** A new rollout, unless one is running; what a former one left open is closed first. */
  async #plan(start = this.world.choice.chance(0.9), input = planFrom(this.world.choice)): Promise<void> {
    const { world } = this
    const node = world.anyNode()
    if (!node) return
    const stored = await node.flag(flagKey)
    if (stored.answer !== 'done') return
    if (!stored.value) await this.#edit({ kind: 'replace', body: firstFlag }, null)
    if (stored.value?.rollout) return
    const { rules = [] } = stored.value?.flag ?? {}
    const closed = rules.map((rule) =>
      rule.id === ruleName && rule.sample ? { ...rule, sample: { ...rule.sample, share: 0 } } : rule,
    )
    if (rules.length > 0) await this.#edit({ kind: 'merge', body: { rules: closed } }, stored.value?.version ?? null)
    const made = await world.request(node, `plan ${JSON.stringify(input)}`, (token) =>
      // Each attempt with words of its own: those of one that failed would not let the next start.
      node.create({ ...input, reason: `${input.reason}, ${token}` }, start),
    )
    if (made.answer === 'done') this.#rollouts.push(made.value)
  }

  async #editSomething(): Promise<void> {
    const { world } = this
    const { choice } = world
    const kind = choice.weighted({
      lists: 3,
      look: 2,
      kill: 1,
      enable: 3,
      other: 1,
      share: 0.5,
      salt: 0.5,
      remove: 0.5,
    })
    const user = `user-${1 + choice.below(60)}`
    const expects = choice.chance(0.6) ? this.#seenVersion : null
    switch (kind) {
      case 'look': {
        const stored = await world.anyNode()?.flag(flagKey)
        if (stored?.answer === 'done') this.#seenVersion = stored.value?.version ?? null
        return
      }
      case 'lists': {
        const listed = choice.from([
          { include: [{ unit: user, variant: 'on' }] },
          { exclude: [{ unit: user }] },
          { include: null, exclude: null },
        ])
        return this.#edit({ kind: 'merge', body: listed }, expects)
      }
      case 'kill':
      case 'enable':
        return this.#edit({ kind: 'merge', body: { enabled: kind === 'enable' } }, choice.chance(0.5) ? expects : null)
      case 'other':
        return this.#edit({ kind: 'replace', body: firstFlag }, null, `other-${choice.below(3)}`)
      case 'share':
        return this.#edit(
          { kind: 'merge', body: { rules: [{ id: ruleName, sample: { share: 77_000 }, serve: 'on' }] } },
          null,
        )
      case 'salt':
        return this.#edit(
          { kind: 'merge', body: { rules: [{ id: ruleName, sample: { share: 0, salt: 'mine' }, serve: 'on' }] } },
          null,
        )
      case 'remove':
        return this.#edit({ kind: 'delete' }, expects)
    }
  }

  async #edit(edit: FlagEdit, expects: number | null, key = flagKey): Promise<void> {
    const { world } = this
    const node = world.anyNode()
    if (!node) return
    const what = `edit ${key} ${JSON.stringify(edit)}`
    await world.request(node, what, (token) => node.edit(key, edit, token, expects), expects ?? undefined)
  }
}
