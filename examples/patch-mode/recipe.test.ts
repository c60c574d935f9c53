import { expect, test } from 'vitest'
import { day } from '../world/world.ts'
import { untold } from '../world/guide-story.ts'
import { runRecipe } from './recipe.ts'

test('a tool that fails goes back in its first week, comes again mended, and is offered only where it is on', async () => {
  const told: string[] = []
  const { firstAttempt, refusedStart, secondAttempt, shares, toolsAtHalf, summary } = await runRecipe((line) =>
    told.push(line),
  )
  expect(untold('patch-mode', told)).toEqual([])
  expect(firstAttempt).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
  expect(Date.parse(firstAttempt.endedAt ?? '') - Date.parse(firstAttempt.startedAt ?? '')).toBeLessThan(7 * day)
  expect(refusedStart).toMatch(/what was wrong and what has changed/)
  expect(shares).toEqual([10, 20, 50, 95])
  expect(secondAttempt).toMatchObject({ state: 'completed', exposure: { set: 100 } })
  expect(toolsAtHalf.small).toEqual(new Set(['apply_patch']))
  expect(toolsAtHalf.large).toEqual(new Set(['apply_patch', 'apply_patches']))
  const [on, off] = ['on', 'off'].map((name) => summary.items.find(({ variant }) => variant === name))
  expect((on?.avgTokensPerCall ?? Infinity) / (off?.avgTokensPerCall ?? 0)).toBeLessThan(0.8)
  expect(on?.custom['patches']?.mean).toBeGreaterThan(3)
})
