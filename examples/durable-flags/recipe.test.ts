import { expect, test } from 'vitest'
import { day } from '../world/world.ts'
import { flags } from './agent.ts'
import { untold } from '../world/guide-story.ts'
import { runRecipe } from './recipe.ts'

test('R14, R24: five flags start in their order, each after a good day of the one before; the broken one goes back alone', async () => {
  const told: string[] = []
  const { beforeTheFix, afterTheFix, starts, logged } = await runRecipe((line) => told.push(line))
  expect(untold('durable-flags', told)).toEqual([])
  expect(starts.map(({ flag }) => flag)).toEqual([...flags, 'workflow'])
  for (const [i, { at }] of starts.slice(0, 4).entries())
    expect(Date.parse(starts[i + 1]?.at ?? '') - Date.parse(at)).toBeGreaterThanOrEqual(day)
  const { train, workflow } = beforeTheFix
  expect(train.state).toBe('stopped')
  expect(train.cars.map(({ flag, state, percent }) => [flag, state, percent])).toEqual([
    ...flags.slice(0, 4).map((flag) => [flag, 'completed', 100]),
    ['workflow', 'rolled_back', 0],
  ])
  expect(workflow.why.sentence).toMatch(/incomplete|stuck/)
  // Found within hours of its start, not at the end of its two days.
  expect(Date.parse(workflow.endedAt ?? '') - Date.parse(workflow.startedAt ?? '')).toBeLessThan(day / 2)
  expect(afterTheFix).toMatchObject({ state: 'arrived' })
  expect(afterTheFix.cars.at(-1)).toMatchObject({
    flag: 'workflow',
    risk: 'high',
    rollbackImpact: 'Reverts to direct execution',
    state: 'completed',
    percent: 100,
  })
  // Purpose, risk and what a rollback means, as the guide's table has them.
  expect(afterTheFix.cars.map(({ purpose, risk, rollbackImpact }) => [purpose, risk, rollbackImpact])).toEqual([
    ['Retry transient failures', 'low', 'None'],
    ['Retry-safe streaming', 'low', 'None'],
    ['Fewer tokens', 'medium', 'None'],
    ['External logging', 'low', 'Logs stop'],
    ['Durable execution', 'high', 'Reverts to direct execution'],
  ])
  expect(logged).toBeGreaterThan(0)
})
