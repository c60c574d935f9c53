import type { Bucket, Flag, Rule, Serve } from '@sluice/core/evaluation'

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Gives every sample and split that came without a salt the stored one of the same place (the rule of that id, or the
 * fallthrough), or a new one. The input is not checked yet: what does not look right stays as it is.
 */
export function keepSalts(input: unknown, stored: Flag | null, mint: () => string): unknown {
  if (!isObject(input)) return input
  const serve = withSalt(input['serve'], bucketOf(stored?.serve), mint)
  const withServe = 'serve' in input ? { ...input, serve } : input
  const { rules } = input
  if (!Array.isArray(rules)) return withServe
  return { ...withServe, rules: rules.map((rule) => ruleWithSalts(rule, stored, mint)) }
}

function ruleWithSalts(rule: unknown, stored: Flag | null, mint: () => string): unknown {
  if (!isObject(rule)) return rule
  const before = stored?.rules?.find(({ id }) => id === rule['id'])
  return {
    ...rule,
    ...('sample' in rule ? { sample: withSalt(rule['sample'], before?.sample, mint) } : {}),
    ...('serve' in rule ? { serve: withSalt(rule['serve'], bucketOf(before?.serve), mint) } : {}),
  }
}

const isBucket = (value: Members): boolean => 'share' in value || 'split' in value

function withSalt(value: unknown, before: Bucket | undefined, mint: () => string): unknown {
  if (!isObject(value) || !isBucket(value) || value['salt'] !== undefined) return value
  return { ...value, salt: before?.salt ?? mint() }
}

function bucketOf(serve: Serve | null | undefined): Bucket | undefined {
  return typeof serve === 'object' && serve !== null ? serve : undefined
}

/** Where the draw changes, so that users would be dealt anew: another salt, or another attribute to draw by. */
export function reshuffledPlaces(before: Flag, after: Flag): string[] {
  const places: string[] = []
  if (isRedrawn(bucketOf(before.serve), bucketOf(after.serve))) places.push('/serve')
  for (const [index, rule] of (after.rules ?? []).entries()) {
    const old = before.rules?.find(({ id }) => id === rule.id)
    if (old) places.push(...redrawnIn(old, rule).map((slot) => `/rules/${index}/${slot}`))
  }
  return places
}

function redrawnIn(before: Rule, after: Rule): string[] {
  const slots: string[] = []
  if (isRedrawn(before.sample, after.sample)) slots.push('sample')
  if (isRedrawn(bucketOf(before.serve), bucketOf(after.serve))) slots.push('serve')
  return slots
}

function isRedrawn(before: Bucket | undefined, after: Bucket | undefined): boolean {
  if (!before || !after) return false
  return before.salt !== after.salt || attributesOf(before) !== attributesOf(after)
}

const attributesOf = ({ by = 'targetingKey' }: Bucket): string => JSON.stringify([by].flat())
