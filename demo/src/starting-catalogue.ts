import { readFileSync } from 'node:fs'
import type { ImportPlan } from '@sluice/contract'
import { createApi } from './api.ts'

/** Where the models and prices come from; to stand wherever they are shown. */
export const catalogueCredit =
  'Models and prices: models.dev (2026-07-02) and LiteLLM (2026-07-24), both MIT. They are of these days, not of today.'

/** 58 models, as a file of ours. */
export const startingCatalogue = (): string =>
  readFileSync(new URL('../catalogue/models.json', import.meta.url), 'utf8')

/** Puts the starting catalogue into a server that has no models. */
export async function seedModels(url: string, adminKey: string): Promise<void> {
  const api = createApi(url, adminKey)
  const { total } = await api.request<{ total: number }>('GET', '/api/v1/models?limit=1')
  if (total > 0) return
  const plan = await api.request<ImportPlan>(
    'POST',
    '/api/v1/models/import/plan?format=sluice',
    JSON.parse(startingCatalogue()),
  )
  const { planId, planHash } = plan
  await api.request('POST', '/api/v1/models/import/apply', { planId, planHash, reason: 'The starting catalogue.' })
}
