import type { DecisionEvent, PlanInput, Rollout } from '@sluice/contract'
import { armOf } from '@sluice/core/evaluation'
import type { Sample } from '@sluice/core/evaluation'
import { serverParts } from '../server-parts.ts'
import { startTestServer } from './test-server.ts'
import type { Received, TestServer } from './test-server.ts'

const base = '/api/v1/environments/production'

/** What the calls of one arm report, by the number of the user. */
export type Outcomes = (user: number) => Readonly<Record<string, number>>

/** A rollout that runs in a real server, driven over HTTP and by a clock that stands still between two seconds. */
export interface LiveRollout extends TestServer {
  readonly id: string
  look(): Promise<Rollout>
  act(action: string, more?: object): Promise<Received>
  decisions(): Promise<readonly DecisionEvent[]>
  /** One second each: so many calls of fresh users on the side that the sample gives them, sealed at its end. */
  seconds(count: number, traffic: { calls?: number; on?: Outcomes; off?: Outcomes; arms?: string }): Promise<void>
  /** One second with so many calls on each side, each of a fresh user. */
  exactly(traffic: { on: Outcomes; off: Outcomes; candidates: number; baselines: number }): Promise<void>
  /** A fresh user of that side. */
  unitOf(arm: 'T' | 'C'): Promise<string>
  /** Sends rows as they are. */
  observe(rows: readonly object[]): Promise<Received>
}

export const fine: Outcomes = () => ({ error: 0, fallback: 0, latency_ms: 100 })
export const failing =
  (metric: string, every = 1): Outcomes =>
  (user) => ({ ...fine(user), [metric]: user % every === 0 ? 1 : 0 })

export async function startLiveRollout(plan: Partial<PlanInput>): Promise<LiveRollout> {
  const server = await startTestServer({ parts: serverParts })
  const { send, clock } = server
  const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
  await send('PUT', `${base}/flags/f`, { body: flag })
  const body = { flag: 'f', block: '1s', timeout: '1s', advance: 'quiet', ...plan }
  const made = await send('POST', `${base}/rollouts?start=true`, { body })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  const { id } = made.body as Rollout
  let user = 0
  let batch = 0
  const observe = (observations: readonly object[]) =>
    send('POST', `${base}/observations`, { body: { id: `batch-${(batch += 1)}`, observations } })
  const sampleNow = async (): Promise<Sample | undefined> => {
    const { rules } = (await send('GET', `${base}/flags/f`)).body.flag as { rules: { id: string; sample: Sample }[] }
    return rules.find((rule) => rule.id === 'rollout')?.sample
  }
  const armIn = (sample: Sample | undefined, unit: string) => (sample ? (armOf(sample, unit) ?? 'C') : 'C')
  const unitIn = (sample: Sample | undefined, arm: 'T' | 'C'): string => {
    for (;;) {
      user += 1
      if (armIn(sample, `u${user}`) === arm) return `u${user}`
    }
  }
  return {
    ...server,
    id,
    observe,
    unitOf: async (arm) => unitIn(await sampleNow(), arm),
    async exactly({ on, off, candidates, baselines }) {
      const sample = await sampleNow()
      const at = new Date(clock.now()).toISOString()
      const rows = (arm: 'T' | 'C', count: number, variant: string, outcome: Outcomes) =>
        Array.from({ length: count }, () => {
          const unit = unitIn(sample, arm)
          return { flag: 'f', variant, unit, at, metrics: outcome(user) }
        })
      await observe([...rows('T', candidates, 'on', on), ...rows('C', baselines, 'off', off)])
      await clock.advance(1000)
    },
    look: async () => (await send('GET', `${base}/rollouts/${id}`)).body,
    act: (action, more = {}) => send('POST', `${base}/rollouts/${id}/actions`, { body: { action, ...more } }),
    decisions: async () => (await send('GET', `${base}/rollouts/${id}/decisions`)).body.items,
    async seconds(count, { calls = 40, on = fine, off = fine, arms = 'TC' }) {
      for (let second = 0; second < count; second++) {
        const sample = await sampleNow()
        const at = new Date(clock.now()).toISOString()
        const rows = Array.from({ length: calls }, () => {
          user += 1
          const arm = armIn(sample, `u${user}`)
          const outcome = arm === 'T' ? on(user) : off(user)
          return {
            arm,
            row: { flag: 'f', variant: arm === 'T' ? 'on' : 'off', unit: `u${user}`, at, metrics: outcome },
          }
        })
        const kept = rows.filter(({ arm }) => arms.includes(arm)).map(({ row }) => row)
        if (kept.length > 0) await observe(kept)
        await clock.advance(1000)
      }
    },
  }
}
