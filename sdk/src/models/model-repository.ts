import { compareWithStatic, costOf, isCallable, isSelectable, normaliseUsage } from '#catalogue'
import type { CallContext, Catalogue, CatalogueEntry, Cost, Model, ShadowReport, Usage } from '#catalogue'
import type { Context } from '#evaluation'
import type { QuietLog } from '../logger.ts'
import type { HeldCatalogue } from './held-catalogue.ts'
import { ModelSource } from './model-source.ts'
import { modelWriter } from './model-writer.ts'
import type { ModelsConnection } from './models-link.ts'
import type { FallbackClass, ModelRepository, RepositoryOptions } from './repository-types.ts'
import { routeModel } from './route-model.ts'
import { readTable } from './static-table.ts'

/** Which side answers, and how often it was the wrong one. */
interface Side {
  readonly catalogue: Catalogue
  readonly held: HeldCatalogue | null
}

/** A repository for `createClient({ models })`. */
export function createModelRepository(options: RepositoryOptions = {}): ModelRepository {
  const { flag } = options
  const table = readTable(options.static ?? [])
  const fallbacks: Record<FallbackClass, number> = {
    unavailable: 0,
    unknown_model: 0,
    not_selectable: 0,
    invalid_entry: 0,
    error: 0,
  }
  const affected = new Set<string>()
  /** Ids that the catalogue did not know when they were last asked for: one may be a slip, several are a broken source. */
  const unknown = new Set<string>()
  let connection: ModelsConnection | null = null
  let source: ModelSource | null = null
  /** Models that differ more than they should; null: not compared since the last row said so. */
  let shadowAlerts: number | null = null
  const now = (): number => connection?.now() ?? Date.now()

  /** The side a caller reads from; without a catalogue it is the table in any case. */
  const sideOf = (context: Context | undefined): { wanted: 'db' | 'static'; side: Side } => {
    const isStatic = flag !== undefined && connection?.variant(flag, context) !== 'db'
    const held = isStatic ? null : (source?.held ?? null)
    return { wanted: isStatic ? 'static' : 'db', side: { catalogue: held?.catalogue ?? table.catalogue, held } }
  }

  const fellBack = (id: string, kind: FallbackClass): void => {
    fallbacks[kind] += 1
    if (affected.size < 10_000) affected.add(id)
    if (kind !== 'unknown_model') return
    source?.suspect(now())
    if (unknown.size < 10_000) unknown.add(id)
  }

  const report = (
    wanted: 'db' | 'static',
    context: Context | undefined,
    kind: FallbackClass | null,
    startMs: number,
    measured: Readonly<Record<string, number>>,
  ) => {
    if (flag === undefined || !connection) return
    const refreshMs = source?.refreshMs ?? null
    if (source) source.refreshMs = null
    const alerts = shadowAlerts
    shadowAlerts = null
    connection.track(context, {
      flag,
      variant: wanted,
      error: kind === 'error' || kind === 'unavailable' || kind === 'invalid_entry' ? 1 : 0,
      fallback: kind === null ? 0 : 1,
      latency_ms: Math.max(0, performance.now() - startMs),
      ...(kind === null ? {} : { models_affected: affected.size, [`fallback.${kind}`]: 1 }),
      ...(kind === 'unknown_model' && unknown.size > 1 ? { 'fallback.several_unknown': 1 } : {}),
      ...measured,
      ...(refreshMs === null ? {} : { catalogue_refresh_ms: refreshMs }),
      ...(alerts === null ? {} : { shadow_alerts: alerts }),
    })
  }

  /** Reads one model from the side of the context, from the table where that fails. */
  const dual = <T>(
    id: string,
    context: Context | undefined,
    read: (side: Side) => T,
    isMiss: (found: T) => boolean,
    measure: (found: T) => Readonly<Record<string, number>> = () => ({}),
  ): T => {
    const startMs = flag === undefined ? 0 : performance.now()
    const { wanted, side } = sideOf(context)
    let kind: FallbackClass | null = null
    let found: T | undefined
    try {
      found = read(side)
      if (wanted === 'db') kind = faultOf(side.held, id, isMiss(found), now())
    } catch {
      kind = 'error'
    }
    if (kind !== null) {
      fellBack(id, kind)
      found = read({ catalogue: table.catalogue, held: null })
    } else unknown.delete(id)
    const measured = kind === null && wanted === 'db' && flag !== undefined ? measure(found as T) : {}
    report(wanted, context, kind, startMs, measured)
    return found as T
  }

  /** How far a cost lies from what the table makes of the same usage, as a part of it; nothing where a difference is right. */
  const deviationOf = (cost: Cost, id: string, usage: Usage | null, call: CallContext): { cost_deviation?: number } => {
    if (cost.usd === null || options.accepted?.some(({ model }) => model === id)) return {}
    const { usd } = table.catalogue.cost(id, usage, { ...call, source: 'static' as const })
    if (usd === null) return {}
    const [present, before] = [Number(cost.usd), Number(usd)]
    // What was free has no part: a cost where there was none is off by all of it.
    return { cost_deviation: before > 0 ? Math.abs(present - before) / before : Number(present > 0) }
  }

  const list = (wants: (entry: CatalogueEntry) => boolean, context: Context | undefined) => {
    const { side } = sideOf(context)
    const atMs = now()
    return [...side.catalogue.entries()].flatMap((entry) => {
      try {
        const config = isCallable(entry.model) && wants(entry) ? side.catalogue.config(entry.model.id, atMs) : null
        return config === null ? [] : [{ ...config, selectable: isSelectable(entry.model) }]
      } catch {
        fellBack(entry.model.id, 'invalid_entry')
        return []
      }
    })
  }

  const routes = routeModel({
    held: () => source?.held ?? null,
    now,
    find: (id) => {
      const held = source?.held ?? null
      const entry = held?.catalogue.find(id, now()) ?? null
      if (entry || held?.deleted.has(id)) return entry
      return table.catalogue.find(id, now())
    },
    configOf: (id) => source?.held?.catalogue.config(id, now()) ?? table.catalogue.config(id, now()),
    warn: (message) => connection?.log.warn(`model ${message}`, message),
  })

  const repository: ModelRepository = {
    connect(given) {
      connection = given
      for (const problem of table.problems) given.log.error('models', `a static model is not used: ${problem}`)
      source = new ModelSource(given, () => {
        if (table.models.length > 0) shadowAlerts = tellShadow(repository.shadow(options.accepted), given.log)
      })
      source.start()
      return () => source?.close()
    },

    route: routes,

    async ready() {
      if (!source || !connection) return
      let timer: ReturnType<typeof setTimeout> | undefined
      const timeUp = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, connection?.initTimeoutMs)
      })
      await Promise.race([source.settled, timeUp])
      clearTimeout(timer)
    },

    getModelConfig(id, context) {
      if (typeof id !== 'string') return null
      return dual(
        id,
        context,
        ({ catalogue }) => catalogue.config(id, now()),
        (found) => found === null,
      )
    },

    getAllModels({ status, provider, capability, q = '', context } = {}) {
      const words = q.toLowerCase().split(/\s+/).filter(Boolean)
      return list(({ model }) => {
        const text = `${model.id}\n${model.name}`.toLowerCase()
        return (
          (status === undefined || model.status === status) &&
          (provider === undefined || model.provider === provider) &&
          (capability === undefined || model.capabilities?.[capability] === true) &&
          words.every((word) => text.includes(word))
        )
      }, context)
    },

    getModelsByProvider: (provider, context) => list(({ model }) => model.provider === provider, context),

    calculateCost(id, usage, { context, ...call } = {}) {
      const atMs = call.atMs ?? now()
      const normal = readUsage(usage)
      return dual(
        id,
        context,
        ({ catalogue, held }) =>
          held?.deleted.has(id)
            ? costOf(null, normal, { ...call, atMs, model: id, priceVersion: null })
            : catalogue.cost(id, normal, { ...call, atMs, ...(held === null ? { source: 'static' as const } : {}) }),
        ({ status }) => status === 'unpriced',
        (cost) => deviationOf(cost, id, normal, { ...call, atMs }),
      )
    },

    shadow: (accepted = []) =>
      compareWithStatic(table.models, modelsOf(source?.held ?? null), { atMs: now(), accepted }),

    status: () => ({
      source: source?.held ? (source.origin === 'cache' ? 'cache' : 'server') : 'static',
      revision: source?.held?.revision ?? null,
      ageMs: source?.confirmedMs == null ? null : Math.max(0, now() - source.confirmedMs),
      fallbacks: { ...fallbacks },
      affected: [...affected],
    }),

    ...modelWriter(() => connection, options.editKey ?? null),
  }
  return repository
}

/** A usage that cannot be read is none. */
function readUsage(usage: object | null): Usage | null {
  try {
    return normaliseUsage(usage)
  } catch {
    return null
  }
}

/** A line for each model that differs more than it should; how many those are. */
function tellShadow({ models, alerts }: ShadowReport, log: QuietLog): number {
  for (const { id, side, verdict, differences } of models) {
    if (verdict !== 'alert') continue
    const named = differences.filter((one) => one.verdict === 'alert')
    const told = named.map(({ component, static: before, db }) => `${component} ${before ?? 'none'} → ${db ?? 'none'}`)
    log.warn(`shadow ${id}`, `"${id}": ${side === 'only_static' ? 'the catalogue lacks it' : told.join(', ')}`)
  }
  return alerts
}

const modelsOf = (held: HeldCatalogue | null): Model[] =>
  [...(held?.catalogue.entries() ?? [])].map(({ model }) => model)

/** Why the catalogue has no answer; null: it has one, and be it that the model was deleted. */
function faultOf(held: HeldCatalogue | null, id: string, isMiss: boolean, nowMs: number): FallbackClass | null {
  if (!held) return 'unavailable'
  if (held.invalid.has(id)) return 'invalid_entry'
  if (held.deleted.has(id)) return null
  const entry = held.catalogue.find(id, nowMs)
  if (entry) return entry.model.status === 'draft' ? 'not_selectable' : null
  return isMiss ? 'unknown_model' : null
}
