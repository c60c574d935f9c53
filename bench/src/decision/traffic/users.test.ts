import { ledgerSettings, positionOf } from '@sluice/core/rollout'
import { UnitLedger } from '@sluice/core/statistics'
import { expect, test } from 'vitest'
import { planOf } from '../plans.ts'
import { Random } from '../random.ts'
import { started } from '../run-rollout.ts'
import { UserTraffic } from './users.ts'

test('counts of returning users are those that the ledger makes of their rows', () => {
  const plan = planOf([
    [10, 5],
    [30, 5],
    [60, 5],
  ])
  const traffic = new UserTraffic({ users: 300, perSecond: 2, base: 0.3, kappa: 2 }, new Random(5))
  const ledger = new UnitLedger(ledgerSettings(plan))
  let state = started(plan, true)
  let failures = 0
  for (let index = 0; index < 90; index++) {
    if (index > 0 && index % 30 === 0) {
      const next = plan.stages[index / 30]?.sharePer100k ?? 0
      state = { ...state, sharePer100k: next, visit: state.visit + 1, entry: state.entry + 1, visitBlock: index }
    }
    const counted = traffic.next(index, state)
    const sealed = ledger.seal(traffic.rows, positionOf(state, index))
    const { atRisk, exposed, settled } = sealed.rates['error'] ?? {}
    expect(counted.rates['error']).toMatchObject({ atRisk, exposed, settled })
    expect(counted.newUnits).toEqual(sealed.newUnits)
    for (const { xT, xC } of counted.rates['error']?.atRisk ?? []) failures += xT + xC
  }
  expect(failures).toBeGreaterThan(50)
})
