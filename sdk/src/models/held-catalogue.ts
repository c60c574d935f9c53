import { Catalogue } from '#catalogue'
import type { CatalogueEntry, Model } from '#catalogue'

/** The catalogue at one revision, as the server's snapshot and a cache file have it. */
export interface HeldCatalogue {
  readonly epoch: string
  readonly revision: number
  readonly catalogue: Catalogue
  /** Ids that were deleted: they answer null, whatever a static table says. */
  readonly deleted: ReadonlySet<string>
  /** Ids whose entry cannot be used. */
  readonly invalid: ReadonlySet<string>
}

/** Reads a snapshot; a text says why it is none. An entry that cannot be used spoils itself only. */
export function readCatalogue(received: unknown): HeldCatalogue | string {
  if (!isObject(received) || received['schema'] !== 1) return 'it is no snapshot of models'
  const { epoch, revision, models, deleted } = received
  if (typeof epoch !== 'string' || epoch === '' || !Number.isSafeInteger(revision))
    return 'it has no epoch and revision'
  if (!Array.isArray(models) || !Array.isArray(deleted)) return 'it has no models'
  const entries: CatalogueEntry[] = []
  const invalid = new Set<string>()
  for (const entry of models as unknown[]) {
    const { model, version } = isObject(entry) ? entry : {}
    if (isModel(model) && typeof version === 'number') entries.push({ model, version })
    else if (isObject(model) && typeof model['id'] === 'string') invalid.add(model['id'])
  }
  return {
    epoch,
    revision: revision as number,
    catalogue: new Catalogue(entries),
    deleted: new Set(deleted.filter((id) => typeof id === 'string')),
    invalid,
  }
}

/** The server has checked it; this only keeps a damaged file from breaking a call. */
const isModel = (model: unknown): model is Model =>
  isObject(model) &&
  typeof model['id'] === 'string' &&
  typeof model['provider'] === 'string' &&
  Array.isArray(model['prices']) &&
  model['prices'].every(isObject) &&
  Array.isArray(model['aliases']) &&
  model['aliases'].every(isObject)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
