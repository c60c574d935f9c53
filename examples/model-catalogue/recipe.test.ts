import { expect, test } from 'vitest'
import { untold } from '../world/guide-story.ts'
import { runRecipe } from './recipe.ts'

test('R79: 58 models by import; a price reaches the application and leaves the past as it was; nothing is lost', async () => {
  const told: string[] = []
  const outcome = await runRecipe((line) => told.push(line))
  expect(untold('model-catalogue', told)).toEqual([])
  expect(told[0]).toMatch(/refused before anything is written: \/models\/3\//)
  expect(told.find((line) => line.startsWith('Deleted while'))).toMatch(/in use: flag chat \(production\)/)
  expect(outcome.imported.created).toBe(58)
  expect([outcome.before, outcome.after, outcome.priorCall]).toEqual(['0.0075', '0.00375', '0.0075'])
  expect(outcome.history[0]).toMatchObject({ reason: 'Official price drop' })
  expect(outcome.history[0]?.changes).toContainEqual({ field: 'pricing.input', oldValue: 2.5, newValue: 1.25 })
  expect(outcome.refusedDelete).toMatch(/chat/)
  expect(outcome.offeredAtLast).toBe(outcome.offeredAtFirst - 1)
  expect(outcome.deprecatedStillAnswers).toBe(true)
  expect(outcome.again).toMatchObject({ create: 0, update: 0, error: 0, unchanged: 58 })
})
