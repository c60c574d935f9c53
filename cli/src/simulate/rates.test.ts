// Recordings that nobody tuned anything for: the public command rolls them back as often, and as soon, as the benchmark of
// the decision engine says it does.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chance } from '../../../core/testing/random.ts'
import { scale } from '../../../testing/scale.ts'
import { simulateCommand } from '../commands/simulate.ts'

interface Kind {
  readonly name: string
  /** Calls a second, of both arms, and how long they are recorded. */
  readonly perSecond: number
  readonly minutes: number
  /** Part of the users that has the candidate. */
  readonly share: number
  /** Part of the baseline's calls that fail in that minute. */
  readonly failing: (minute: number) => number
  /** The candidate's failures over the baseline's; Infinity: all calls fail. */
  readonly times: number
  /** Users who come back, and how unlike they are; else every call is of a new one. */
  readonly users?: { readonly count: number; readonly spread: number }
  /** Spread of the logarithm of latency and cost. */
  readonly sigma: number
}

const usual = { perSecond: 2, minutes: 60, share: 0.5, failing: () => 0.02, times: 1, sigma: 0.8 }

const healthy: readonly Kind[] = [
  { ...usual, name: 'steady' },
  { ...usual, name: 'drifting from 1 to 6 %', failing: (minute) => 0.01 + minute / 1200 },
  { ...usual, name: 'shared incident', failing: (minute) => (minute >= 20 && minute < 30 ? 0.2 : 0.02) },
  { ...usual, name: 'returning users, unlike each other', users: { count: 900, spread: 1.5 }, failing: () => 0.05 },
  { ...usual, name: 'heavy tails', sigma: 1.6, share: 0.2 },
]

/** Limits are what the benchmark's own simulation gives at 10 % of 2 calls a second: 16.7, 10.9, 8.2 and 5.6. */
const harmed = { ...usual, share: 0.1, minutes: 180 }
const harmful: readonly (Kind & { readonly mostExcess: number })[] = [
  { ...harmed, name: '2x', times: 2, minutes: 300, mostExcess: 16.8 },
  { ...harmed, name: '3x', times: 3, mostExcess: 11 },
  { ...harmed, name: '5x', times: 5, minutes: 60, mostExcess: 8.3 },
  { ...harmed, name: 'outage', times: Infinity, minutes: 15, mostExcess: 5.7 },
]

const arms = { flag: 'chat', candidate: 'on', baseline: 'off' }

/** Goes up, with everything in one error budget. */
const rising = {
  ...arms,
  stages: [10, 25, 50, 90].map((percent) => ({ percent, atLeast: '10m' })),
  guardrails: [
    { metric: 'error', ratioOver: 1, onBreach: 'rollback' },
    { metric: 'error', over: 0.1, onBreach: 'rollback' },
    { metric: 'cost_usd', stat: 'mean', ratioOver: 1, onBreach: 'rollback' },
    { metric: 'latency_ms', stat: 'p95', ratioOver: 1.2, onBreach: 'rollback' },
  ],
}

const held = {
  ...arms,
  stages: [{ percent: 10, atLeast: '24h' }],
  guardrails: [{ metric: 'error', ratioOver: 1, onBreach: 'rollback' }],
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-rates-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const start = Date.UTC(2026, 10, 20)

/** A recording as a gateway would log it. */
function recording({ perSecond, minutes, share, failing, times, users, sigma }: Kind, seed: number): string {
  const luck = chance(seed)
  const people = Array.from({ length: users?.count ?? 0 }, () => ({
    isCandidate: luck.next() < share,
    level: Math.exp((users?.spread ?? 0) * luck.normal() - (users?.spread ?? 0) ** 2 / 2),
  }))
  const lines: string[] = []
  for (let second = 0; second < minutes * 60; second++)
    for (let left = luck.poisson(perSecond); left > 0; left--) {
      const id = users ? Math.floor(luck.next() * users.count) : lines.length
      const { isCandidate, level } = people[id] ?? { isCandidate: luck.next() < share, level: 1 }
      const rate = Math.min(1, failing(second / 60) * level * (isCandidate ? times : 1))
      lines.push(
        JSON.stringify({
          at: new Date(start + (second + luck.next()) * 1000).toISOString(),
          unit: `user_${id}`,
          variant: isCandidate ? 'on' : 'off',
          metrics: {
            error: luck.next() < rate ? 1 : 0,
            latency_ms: Math.round(900 * Math.exp(sigma * luck.normal())),
            cost_usd: 0.002 * Math.exp(sigma * luck.normal()),
          },
        }),
      )
    }
  return `${lines.join('\n')}\n`
}

interface Told {
  readonly state: string
  readonly exposed: { readonly users: number; readonly failed: number }
}

async function simulated(plan: object, kind: Kind, seed: number): Promise<Told> {
  const [planFile, file] = [join(folder, 'plan.json'), join(folder, 'calls.ndjson')]
  await writeFile(planFile, JSON.stringify(plan))
  await writeFile(file, recording(kind, seed))
  let out = ''
  const output = { out: (text: string) => void (out += text), err: () => {}, terminal: false }
  await simulateCommand.run([planFile, '--observations', file, '--json'], output)
  return JSON.parse(out) as Told
}

async function allOf(plan: object, kind: Kind, count: number): Promise<readonly Told[]> {
  const told: Told[] = []
  for (let i = 0; i < count; i++) told.push(await simulated(plan, kind, 1000 * kind.name.length + i))
  return told
}

const timeout = scale(180_000, 3_600_000)

describe('sluice simulate', () => {
  test('rolls back 1 % of healthy recordings at most', { timeout }, async () => {
    const each = scale(2, 200)
    let rolledBack = 0
    for (const kind of healthy)
      rolledBack += (await allOf(rising, kind, each)).filter(({ state }) => state === 'rolled_back').length
    const count = each * healthy.length
    expect(rolledBack).toBeLessThanOrEqual(0.01 * count + 3 * Math.sqrt(0.01 * count))
  })

  test.each(harmful.map((kind) => [kind.name, kind] as const))(
    'rolls back %s at the price that the benchmark tells',
    { timeout },
    async (_, kind) => {
      const count = scale(2, 150)
      const told = await allOf(held, kind, count)
      const found = told.filter(({ state }) => state === 'rolled_back').length
      expect(found).toBeGreaterThanOrEqual(0.98 * count)
      const part = kind.times === Infinity ? 0.98 : 1 - 1 / kind.times
      const excess = told.map(({ exposed }) => exposed.failed * part)
      const mean = excess.reduce((sum, value) => sum + value, 0) / count
      const error = Math.sqrt(excess.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / count
      expect(mean - 3 * error).toBeLessThanOrEqual(kind.mostExcess)
      expect(mean).toBeGreaterThan(2)
    },
  )
})
