import { expect, test } from 'vitest'
import { hour } from '../world/world.ts'
import { untold } from '../world/guide-story.ts'
import { runRecipe } from './recipe.ts'

test('R36: a model that was forgotten brings the file back for everybody, with every message answered; the next attempt arrives', async () => {
  const told: string[] = []
  const { firstAttempt, secondAttempt, unanswered, messages, fallbacks, withoutServer } = await runRecipe((line) =>
    told.push(line),
  )
  expect(untold('models-from-database', told)).toEqual([])
  expect(messages).toBeGreaterThan(10_000)
  expect(unanswered).toBe(0)
  expect(fallbacks).toBeGreaterThan(0)
  expect(firstAttempt).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
  expect(firstAttempt.why.sentence).toMatch(/fallback/i)
  expect(Date.parse(firstAttempt.endedAt ?? '') - Date.parse(firstAttempt.startedAt ?? '')).toBeLessThan(36 * hour)
  expect(secondAttempt).toMatchObject({ state: 'completed', exposure: { set: 100 } })
  expect(secondAttempt.checklist.every(({ state }) => state === 'passed')).toBe(true)
  expect(withoutServer).toMatchObject({ running: 'GPT-4o', fresh: 'GPT-4o' })
})
