import { expect, test } from 'vitest'
import { untold } from '../world/guide-story.ts'
import { runRecipe } from './recipe.ts'

test('R27: production waits for staging; a throttled model goes back with every request answered; the next attempt arrives', async () => {
  const told: string[] = []
  const { waitedFor, staging, firstAttempt, mix, secondAttempt, log, unanswered } = await runRecipe((line) =>
    told.push(line),
  )
  expect(untold('model-migration', told)).toEqual([])
  expect(waitedFor).toMatch(/"staging\/assistant"/)
  expect(staging.state).toBe('completed')
  expect(Date.parse(firstAttempt.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(staging.endedAt ?? ''))
  expect(firstAttempt).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
  expect(firstAttempt.why.sentence).toMatch(/errors/)
  expect(unanswered).toBe(0)
  const [before, openrouter] = ['before', 'openrouter'].map((name) => mix.items.find((item) => item.variant === name))
  expect(openrouter?.asExpected).toBe(true)
  expect(openrouter?.taskBreakdown.map(({ task }) => task).sort()).toEqual(['analysis', 'chat', 'email', 'intents'])
  expect(openrouter?.totalCostUsd).toBe(0)
  expect(before?.totalCostUsd).toBeGreaterThan(0)
  expect(secondAttempt).toMatchObject({ state: 'completed', exposure: { set: 100 } })
  expect(log).toMatch(/\*\*Phase:\*\* 10 %[\s\S]*\*\*Phase:\*\* 50 %[\s\S]*\*\*Phase:\*\* 100 % \(5 % held back\)/)
  expect(log).toContain('- [x] Tests passed')
})
