import type { Rollout, RolloutVerdict } from '@sluice/contract'
import { expect, test } from 'vitest'
import { migrations } from '../database/migrations/index.ts'
import { describeEachEngine } from '../database/testing/each-engine.ts'
import { listEvents } from '../events/event-store.ts'
import { silentLogger } from '../ports/logger.ts'
import { manualClock } from '../ports/manual-clock.ts'
import { seededRandom } from '../ports/seeded-random.ts'
import { AlertKeeper } from './alert-keeper.ts'
import { listAlerts } from './alert-store.ts'

const ada = { kind: 'person', id: 'p1', name: 'Ada' } as const
const minute = 60_000

/** A rollout as far as alerts look at it: one guardrail on errors with this verdict. */
function rollout(verdict: RolloutVerdict['verdict'], change: Partial<Rollout> = {}): Rollout {
  const guardrail = { guardrail: 'error', metric: 'error', stat: 'rate', onBreach: 'rollback' }
  const sentence = 'errors 100 % of users, limit 5 %: 10 of 10 users'
  return {
    id: 'ro_1',
    environment: 'production',
    flag: 'chat',
    state: 'running',
    endedAt: null,
    plan: { guardrails: [{ id: 'error', runbook: 'https://wiki.test/errors' }] },
    verdicts: [{ ...guardrail, verdict, sentence, estimate: 1, limit: 0.05, candidate: { units: 10 } }],
    sampleRatio: { verdict: 'ok' },
    why: { code: 'RUNNING', sentence: '' },
    ...change,
  } as Rollout
}

describeEachEngine('alerts', (makeDatabase) => {
  const open = async () => {
    const database = await makeDatabase(migrations)
    const parts = { database, clock: manualClock(), random: seededRandom(1), logger: silentLogger }
    const alerts = new AlertKeeper(parts)
    const list = () => listAlerts(database.kysely, 'production')
    const told = async () => (await listEvents(database.kysely, 'production')).map(({ action }) => action)
    return { alerts, list, told, parts, clock: parts.clock }
  }

  test('open once, stay as they are however often one looks, and resolve by themselves', async () => {
    const { alerts, list, told, clock } = await open()
    for (let look = 0; look < 5; look += 1) await alerts.reconcile(rollout('warn'))
    const [alert, ...more] = await list()
    expect(more).toEqual([])
    expect(alert).toMatchObject({
      state: 'open',
      severity: 'WARNING',
      cause: 'warning:error',
      flag: 'chat',
      reopened: 0,
    })
    expect(alert?.message).toBe('chat, error rate: errors 100 % of users, limit 5 %: 10 of 10 users')
    expect(alert?.action).toContain('sluice rollout rollback chat --env production')
    expect(alert?.runbook).toBe('https://wiki.test/errors')
    expect(alert?.evidence).toEqual({ metric: 'error', value: 1, limit: 0.05, n: 10 })

    clock.advance(minute)
    for (let look = 0; look < 5; look += 1) await alerts.reconcile(rollout('measuring'))
    expect(await list()).toMatchObject([{ id: alert?.id, state: 'resolved', resolvedBy: null }])
    expect(await told()).toEqual(['alert.opened', 'alert.resolved'])
  })

  test('that come back within half an hour are the same, later ones are new', async () => {
    const { alerts, list, clock } = await open()
    for (const wait of [1, 29, 31]) {
      clock.advance(wait * minute)
      await alerts.reconcile(rollout('warn'))
      await alerts.reconcile(rollout('pass'))
    }
    expect((await list()).map(({ reopened }) => reopened)).toEqual([0, 1])
  })

  test('that a person acknowledged stay so until they resolve; nothing is told twice', async () => {
    const { alerts, list, told } = await open()
    await alerts.reconcile(rollout('fail'))
    const [{ id } = { id: '' }] = await list()
    await alerts.act('production', id, { action: 'acknowledge', reason: 'on it' }, ada)
    await alerts.reconcile(rollout('fail'))
    expect(await list()).toMatchObject([{ state: 'acknowledged', severity: 'CRITICAL', acknowledgedBy: 'Ada' }])
    const again = alerts.act('production', id, { action: 'acknowledge' }, ada)
    await expect(again).rejects.toMatchObject({ code: 'STATE_CONFLICT' })
    expect(await told()).toEqual(['alert.opened', 'alert.acknowledged'])
  })

  test('that a person resolved do not come back with a restart, only with a new breach', async () => {
    const { alerts, list, parts } = await open()
    const rolledBack = rollout('fail', { state: 'rolled_back', endedAt: '2026-11-20T10:00:00.000Z' })
    await alerts.reconcile(rolledBack)
    const [{ id } = { id: '' }] = await list()
    await alerts.act('production', id, { action: 'resolve' }, ada)
    await alerts.reconcile(rolledBack)
    const afterRestart = new AlertKeeper(parts)
    await afterRestart.reconcile(rolledBack)
    expect(await list()).toMatchObject([{ state: 'resolved', resolvedBy: 'Ada' }])
    await afterRestart.reconcile(rollout('fail', { id: 'ro_2' }))
    expect((await list()).filter(({ state }) => state === 'open')).toMatchObject([{ rollout: 'ro_2' }])
  })

  test('tell of silence once, however many guardrails wait for it, and of a decision that is needed', async () => {
    const { alerts, list } = await open()
    const silent = rollout('no_data')
    await alerts.reconcile({ ...silent, state: 'held', verdicts: [...silent.verdicts, ...silent.verdicts] })
    expect(await list()).toMatchObject([{ cause: 'no-data', severity: 'WARNING' }])
    await alerts.reconcile(rollout('pass', { state: 'awaiting_decision' }))
    expect((await list()).filter(({ state }) => state === 'open')).toMatchObject([
      { cause: 'decision', severity: 'INFO' },
    ])
  })
})
