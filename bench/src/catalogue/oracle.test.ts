import { readFileSync } from 'node:fs'
import { type Usage, calcPrice } from '@pydantic/genai-prices'
import { Catalogue, writeInstant } from '@sluice/core/catalogue'
import { readModels } from '@sluice/core/catalogue/import'
import { expect, test } from 'vitest'

const file = new URL('../../../server/conformance/catalogue/genai-prices/data-v2.json', import.meta.url)
const text = readFileSync(file, 'utf8')

test('every model of genai-prices costs what its own library says', () => {
  const providers = JSON.parse(text) as { id: string; models: { id: string; prices: object }[] }[]
  const { models, faults } = readModels(text)
  expect(faults).toEqual([])
  const catalogue = new Catalogue(models.map((model) => ({ model, version: 1 })))
  const times = ['2026-02-01T03:00:00Z', '2026-02-01T18:00:00Z', '2026-10-15T12:00:00Z', '2027-03-01T12:00:00Z'].map(
    (at) => Date.parse(at),
  )
  const usages = [
    { inputTokens: 1000, outputTokens: 500 },
    { inputTokens: 300_000, outputTokens: 1000, cacheReadTokens: 40_000 },
    { inputTokens: 12_345, outputTokens: 6789, cacheReadTokens: 1234, cacheWriteTokens: 567 },
  ]
  const differences: string[] = []
  let compared = 0
  for (const provider of providers)
    for (const { id } of provider.models)
      for (const atMs of times)
        for (const usage of usages) {
          // They count a request with every call; our function assumes nothing.
          const ours = catalogue.cost(`${provider.id}:${id}`, { ...usage, requests: 1 }, { atMs })
          const theirs = priceOf(provider, id, usage, atMs)
          if (theirs === null || ours.status !== 'complete') continue
          compared += 1
          const off = Math.abs(Number(ours.usd) - theirs)
          if (off > 1e-9 + theirs * 1e-9)
            differences.push(
              `${provider.id}:${id} at ${writeInstant(atMs)}, ${JSON.stringify(usage)}: ${ours.usd}, theirs ${theirs}`,
            )
        }
  expect(compared).toBeGreaterThan(5000)
  expect(differences).toEqual([])
})

function priceOf(provider: object, id: string, usage: Record<string, number>, atMs: number): number | null {
  const theirs: Record<string, number> = {}
  const names = {
    inputTokens: 'input_tokens',
    outputTokens: 'output_tokens',
    cacheReadTokens: 'cache_read_tokens',
    cacheWriteTokens: 'cache_write_tokens',
  }
  for (const [ours, name] of Object.entries(names)) if (usage[ours] !== undefined) theirs[name] = usage[ours]
  try {
    // Their own data, so that one thing is compared: how it is read.
    const own = {
      ...provider,
      models: (provider as { models: { id: string }[] }).models
        .filter((model) => model.id === id)
        .map((model) => ({ ...model, match: { equals: id } })),
    }
    return calcPrice(theirs as Usage, id, { provider: own as never, timestamp: new Date(atMs) })?.total_price ?? null
  } catch {
    return null
  }
}
