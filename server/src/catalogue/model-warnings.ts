import { type Model, readInstant } from '@sluice/core/catalogue'
import type { Flag } from '@sluice/core/evaluation'
import type { CatalogueCache } from './catalogue-cache.ts'

const announceMs = 30 * 86_400_000

/** What is worth knowing of the models that a flag's variants name. Without any catalogue there is nothing to say. */
export function modelWarnings(flag: Flag, models: CatalogueCache, nowMs: number): string[] {
  if (models.catalogue.size === 0) return []
  const warnings = new Set<string>()
  for (const [variant, value] of Object.entries(flag.variants))
    for (const id of namedModels(value)) {
      const model = models.catalogue.find(id, nowMs)?.model
      const fault = model ? faultOf(model, nowMs) : 'is not in the catalogue: its calls have no price'
      if (fault !== null) warnings.add(`The model "${id}" of the variant "${variant}" ${fault}.`)
    }
  return [...warnings]
}

/** A variant that is a text may be anything; one with `model` means a model. */
export function namedModels(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const { model, fallback, tasks } = value as { model?: unknown; fallback?: unknown; tasks?: unknown }
  const ofTasks = typeof tasks === 'object' && tasks !== null ? Object.values(tasks) : []
  const named = ofTasks.flatMap((own) => (typeof own === 'string' ? [own] : namedModels(own)))
  if (typeof model !== 'string') return named
  const others = Array.isArray(fallback) ? fallback.filter((id) => typeof id === 'string') : []
  return [model, ...others, ...named]
}

function faultOf({ status, replacedBy, retireAt }: Model, nowMs: number): string | null {
  const successor = replacedBy === undefined ? '' : `; "${replacedBy}" comes after it`
  if (status === 'draft') return 'is a draft: it is not called'
  if (status === 'retired') return `is retired: it is not called${successor}`
  if (status === 'deprecated') return `is deprecated${successor}`
  const retireMs = readInstant(retireAt)
  return retireMs !== null && retireMs - nowMs < announceMs ? `is to be retired on ${retireAt}${successor}` : null
}
