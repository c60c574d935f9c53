export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Hashes by name; a new algorithm is a new name, never a changed meaning. All but `m3` are of other systems, for imports. */
export const hashNames = ['m3', 'unleash', 'unleash-variant', 'java31'] as const
export type HashName = (typeof hashNames)[number]

/** How a unit is placed: by default murmur3 of `salt:unit` onto 0..99,999. `by` names the attribute that holds the unit. */
export interface Bucket {
  readonly salt: string
  /** Default `targetingKey`; of several the first present. */
  readonly by?: string | readonly string[]
  /** Default `m3`. A hash this version does not know makes the rule unsupported, never a hit or a miss. */
  readonly hash?: HashName | (string & {})
  /** What shares and weights are of; 100,000 unless an importer keeps the total of its source. */
  readonly of?: number
  /** Switches that only an imported flag needs: `{ "read": "unleash" }` looks for `by` as Unleash does. */
  readonly x?: Readonly<Record<string, Json>>
}

/** A gate that lets `share` of 100,000 through; who misses goes on with the next rule. */
export interface Sample extends Bucket {
  readonly share: number
}

/** Always serves one of several variants; integer weights that add up to 100,000, in order. */
export interface Split extends Bucket {
  readonly split: readonly (readonly [variant: string, weight: number])[]
}

export type Serve = string | Split

export const operators = [
  'in',
  'exists',
  'starts',
  'ends',
  'contains',
  'regex',
  'cidr',
  'lt',
  'lte',
  'gt',
  'gte',
  'before',
  'after',
  'semver.eq',
  'semver.lt',
  'semver.lte',
  'semver.gt',
  'semver.gte',
] as const
export type Operator = (typeof operators)[number]

export interface Leaf {
  readonly attr: string | readonly string[]
  /** An operator this version does not know makes the rule unsupported, never true or false. */
  readonly op: Operator | (string & {})
  readonly values?: readonly Json[]
  readonly negate?: boolean
  /** Compare without case. */
  readonly fold?: boolean
  /** Written by importers only: `{ "read": "unleash" }` reads the attribute, as text, as Unleash does. */
  readonly x?: Readonly<Record<string, Json>>
}

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly segment: string }
  | Leaf

export interface Rule {
  readonly id: string
  readonly if?: Condition
  readonly sample?: Sample
  readonly serve: Serve
  readonly description?: string
}

/** A unit on a list. With `expires` (RFC 3339) in the past it is absent. */
export interface ListEntry {
  readonly unit: string
  readonly by?: string
  readonly reason?: string
  readonly expires?: string
}

export interface Requirement {
  readonly flag: string
  readonly variants?: readonly string[]
  /** Default true. */
  readonly on?: boolean
}

/** Who gets which variant. */
export interface Flag {
  /** Kill switch: false serves `off` and nothing else is read. */
  readonly enabled: boolean
  /** 1 to 100 values of one type. */
  readonly variants: Readonly<Record<string, Json>>
  /** Served when killed, excluded or in doubt; null: the caller's default. */
  readonly off: string | null
  /** On for everyone, by a person's hand. */
  readonly force?: string
  readonly requires?: readonly Requirement[]
  readonly exclude?: readonly ListEntry[]
  readonly include?: readonly (ListEntry & { readonly variant: string })[]
  /** The first that matches and does not miss decides. */
  readonly rules?: readonly Rule[]
  /** When no rule serves; null: the caller's default. */
  readonly serve: Serve | null
  readonly client?: boolean
  readonly metadata?: Readonly<Record<string, string | number | boolean>>
  readonly description?: string
  readonly owner?: string
  readonly tags?: readonly string[]
  readonly risk?: 'low' | 'medium' | 'high'
  readonly rollbackImpact?: string
  readonly expires?: string
  readonly kind?: 'release' | 'ops'
  /** What the models that its variants name must be able to do. */
  readonly models?: { readonly requires?: readonly string[]; readonly minContext?: number }
}

/** The rollout that owns the share of one rule, as a snapshot tells it. */
export interface RolloutMark {
  readonly id: string
  readonly rule: string
  readonly attempt: number
  readonly visit: number
  readonly timeoutMs: number
}

export type SnapshotFlag = Flag & { readonly rollout?: RolloutMark }

/** A condition under a name, to be used in many rules. */
export interface Segment {
  readonly if: Condition
  readonly description?: string
}

/** One environment's flags at one revision. Within an epoch a revision never goes back. */
export interface FlagSet {
  readonly schema: 1
  readonly env: string
  readonly epoch: string
  readonly revision: number
  readonly flagCount?: number
  readonly flags: Readonly<Record<string, SnapshotFlag>>
  readonly segments?: Readonly<Record<string, Segment>>
  readonly metadata?: Readonly<Record<string, string | number | boolean>>
}
