import type { Flag, ListEntry } from '@sluice/core/evaluation'

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What a file makes of a flag that is there already. Declared is everything but what is in flight or decided by a person:
 * the kill switch, the share of a rule that rollouts move, that rule itself where the file does not know it, and entries
 * of the lists that expire. Those count when the flag is created, and never again.
 */
export function declareFlag(declared: Members, current: Flag, rolloutRules: ReadonlySet<string>): Members {
  return {
    ...declared,
    enabled: current.enabled,
    ...(Array.isArray(declared['rules']) || current.rules
      ? { rules: declareRules(declared['rules'], current, rolloutRules) }
      : {}),
    ...declareList('include', declared, current),
    ...declareList('exclude', declared, current),
  }
}

function declareRules(declared: unknown, current: Flag, rolloutRules: ReadonlySet<string>): unknown {
  if (declared !== undefined && !Array.isArray(declared)) return declared
  const rules = (declared ?? []).map((rule: unknown) => {
    const known = isObject(rule) ? current.rules?.find(({ id }) => id === rule['id']) : undefined
    if (!isObject(rule) || !known?.sample || !rolloutRules.has(known.id) || !isObject(rule['sample'])) return rule
    return { ...rule, sample: { ...rule['sample'], share: known.sample.share } }
  })
  const named = new Set(rules.map((rule: unknown) => (isObject(rule) ? rule['id'] : undefined)))
  return [...rules, ...(current.rules ?? []).filter(({ id }) => rolloutRules.has(id) && !named.has(id))]
}

/** A list that the file does not name is people's own; of one that it names, what expires was put there by people. */
function declareList(name: 'include' | 'exclude', declared: Members, current: Flag): Members {
  const kept: readonly ListEntry[] = current[name] ?? []
  const given = declared[name]
  if (given === undefined) return kept.length > 0 ? { [name]: kept } : {}
  if (!Array.isArray(given)) return {}
  const units = new Set(given.map((entry: unknown) => (isObject(entry) ? entry['unit'] : undefined)))
  return { [name]: [...given, ...kept.filter(({ unit, expires }) => expires !== undefined && !units.has(unit))] }
}
