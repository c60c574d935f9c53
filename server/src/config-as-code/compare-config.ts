import { SluiceError, fromPlan, withTemplate } from '@sluice/contract'
import type { ConfigChange, ConfigFile, FieldError, PlanInput } from '@sluice/contract'
import { type SnapshotFlag, parseFlag } from '@sluice/core/evaluation'
import type { Traffic } from '@sluice/core/planning'
import { type EditRules, type FlagEdit, editFlag } from '../flags/edit-flag.ts'
import type { StoredFlag } from '../flags/flag-store.ts'
import type { Random } from '../ports/random.ts'
import type { Clock } from '../ports/clock.ts'
import { draftRollout } from '../rollouts/create-rollout.ts'
import { type RolloutRecord, isLive } from '../rollouts/rollout-record.ts'
import type { StoredSegment } from '../segments/segment-store.ts'
import { changedFields } from './changed-fields.ts'
import { type PlannedSegment, compareSegments } from './compare-segments.ts'
import { declareFlag } from './declare-flag.ts'
import { guarded } from './guarded.ts'

/** What is there now. */
export interface Present {
  readonly environment: string
  readonly flags: readonly StoredFlag[]
  readonly segments: readonly StoredSegment[]
  /** Of every flag, the newest first. */
  readonly rollouts: readonly RolloutRecord[]
  readonly traffic: (flag: string) => Traffic | null
}

/** A change with what carries it out; `keep` has nothing to carry out. A draft may take the place of a stored one. */
export type PlannedChange =
  | PlannedSegment
  | { readonly change: ConfigChange; readonly edit: FlagEdit; readonly rules: EditRules }
  | { readonly change: ConfigChange; readonly draft: RolloutRecord | null; readonly inPlace?: true }

export interface ComparedConfig {
  readonly changes: readonly PlannedChange[]
  readonly unmanaged: readonly string[]
  readonly unmanagedSegments: readonly string[]
}

/** What a flag is held against: everything as it will be. */
type Surroundings = Omit<EditRules, 'key'>

interface Parts {
  readonly clock: Clock
  readonly random: Random
}

/** How a file differs from what is there, and what would be done about it. Refuses a file that cannot be applied, with every fault. */
export function compareConfig(file: ConfigFile, present: Present, prune: boolean, parts: Parts): ComparedConfig {
  const stored = new Map(present.flags.map((flag) => [flag.key, flag]))
  const unmanaged = [...stored.keys()].filter((key) => !Object.hasOwn(file.flags, key))
  const faults: FieldError[] = []
  const segments = compareSegments(file, present, prune, faults)
  const declared = declaredFlags(file, stored, present.rollouts)
  const others = { ...present.flags.reduce(bySnapshot, {}), ...parsedFlags(declared) }
  if (prune) for (const key of unmanaged) delete others[key]
  const surroundings = { others, segments: segments.names, reshuffle: false, mintSalt: () => parts.random.salt() }
  const flags = Object.entries(declared).flatMap(([key, body]) =>
    guarded(['flags', key], faults, () => flagChange(key, body, stored.get(key) ?? null, surroundings)),
  )
  const pruned = prune
    ? unmanaged.flatMap((key) =>
        guarded(['flags', key], faults, () => deletion(key, stored.get(key) as StoredFlag, surroundings)),
      )
    : []
  const rollouts = Object.entries(file.rollouts).flatMap(([key, plan]) =>
    // A flag that cannot be read is named above, once.
    Object.hasOwn(declared, key) && !Object.hasOwn(others, key)
      ? []
      : guarded(['rollouts', key], faults, () => rolloutChange({ ...plan, flag: key }, others[key], present, parts)),
  )
  if (faults.length > 0)
    throw new SluiceError('UNPROCESSABLE', 'The file cannot be applied; nothing was changed.', { errors: faults })
  return {
    changes: [...segments.changes, ...flags, ...pruned, ...rollouts],
    unmanaged: prune ? [] : unmanaged,
    unmanagedSegments: segments.unmanaged,
  }
}

const bySnapshot = (all: Record<string, SnapshotFlag>, { key, flag }: StoredFlag): Record<string, SnapshotFlag> => ({
  ...all,
  [key]: flag,
})

function declaredFlags(
  file: ConfigFile,
  stored: ReadonlyMap<string, StoredFlag>,
  rollouts: readonly RolloutRecord[],
): Record<string, Readonly<Record<string, unknown>>> {
  const declare = (key: string, body: Readonly<Record<string, unknown>>) => {
    const current = stored.get(key)
    // A new flag is off until somebody, or a rollout, switches it on.
    if (!current) return { enabled: false, ...body }
    const moved = new Set([
      ...rollouts.filter(({ flag }) => flag === key).map(({ plan }) => plan.rule),
      ...(Object.hasOwn(file.rollouts, key) ? [file.rollouts[key]?.rule ?? 'rollout'] : []),
    ])
    return declareFlag(body, current.flag, moved)
  }
  return Object.fromEntries(Object.entries(file.flags).map(([key, body]) => [key, declare(key, body)]))
}

/** Those of the file that can be read: flags may require each other, in whatever order they stand. */
function parsedFlags(declared: Readonly<Record<string, unknown>>): Record<string, SnapshotFlag> {
  const flags: Record<string, SnapshotFlag> = {}
  for (const [key, body] of Object.entries(declared)) {
    const parsed = parseFlag(withSalts(body))
    if (parsed.ok) flags[key] = parsed.flag
  }
  return flags
}

/** Any salt will do to read what a flag requires. */
const withSalts = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body), (_, value) =>
    typeof value === 'object' && value !== null && ('share' in value || 'split' in value) && !('salt' in value)
      ? { ...value, salt: 'unset' }
      : value,
  )

function flagChange(
  key: string,
  body: Readonly<Record<string, unknown>>,
  stored: StoredFlag | null,
  surroundings: Surroundings,
): PlannedChange[] {
  const edit: FlagEdit = { kind: 'replace', body }
  const rules = { key, ...surroundings }
  const next = editFlag(stored, edit, rules)?.flag
  const fields = stored ? changedFields(stored.flag, next) : []
  if (stored && fields.length === 0) return []
  const running = stored?.rollout ? `; the rollout ${stored.rollout.id} is running on it` : ''
  const effect = stored
    ? `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}${running}`
    : 'a new flag, switched off until a rollout starts or somebody switches it on'
  const change: ConfigChange = { op: stored ? 'update' : 'create', kind: 'flag', key, fields, effect }
  return [{ change, edit, rules }]
}

function deletion(key: string, stored: StoredFlag, surroundings: Surroundings): PlannedChange[] {
  const edit: FlagEdit = { kind: 'delete' }
  const rules = { key, ...surroundings }
  editFlag(stored, edit, rules)
  const effect = 'SDKs answer with the default in the code'
  return [{ change: { op: 'delete', kind: 'flag', key, fields: [], effect }, edit, rules }]
}

function rolloutChange(
  input: PlanInput,
  flag: SnapshotFlag | undefined,
  { environment, rollouts, traffic }: Present,
  parts: Parts,
): PlannedChange[] {
  const key = input.flag
  if (!flag)
    throw new SluiceError('UNPROCESSABLE', `There is no flag "${key}": declare it under flags, or correct the key.`)
  const newest = rollouts.find((rollout) => rollout.flag === key)
  const ofFlag = newest ? asNobodyHasIt(flag, newest) : flag
  const draft = draftRollout({ environment, input, flag: ofFlag, traffic: traffic(key) }, parts)
  if (!newest) {
    const effect = `a draft; nobody gets anything until: sluice rollout start ${key}`
    return [{ change: { op: 'create', kind: 'rollout', key, fields: [], effect }, draft }]
  }
  const fields = changedFields(declaredPart(newest, input), declaredPart(draft, input))
  if (fields.length === 0) return []
  if (isLive(newest)) {
    const effect = `1 running rollout (${newest.id}, ${newest.state.sharePer100k / 1000} %) keeps its plan: end it first`
    return [{ change: { op: 'keep', kind: 'rollout', key, fields, effect }, draft: null }]
  }
  if (newest.state.stage >= 0) {
    const effect = 'a new draft; the last rollout has ended'
    return [{ change: { op: 'update', kind: 'rollout', key, fields, effect }, draft }]
  }
  const { id, version, createdMs } = newest
  const effect = 'the draft is changed; nobody gets anything until it is started'
  return [
    {
      change: { op: 'update', kind: 'rollout', key, fields, effect },
      draft: { ...draft, id, version, createdMs },
      inPlace: true,
    },
  ]
}

/** Of a rollout's plan, what the file declares: what it leaves to Sluice is not compared. */
function declaredPart({ plan, reason, release }: RolloutRecord, input: PlanInput): unknown {
  const { template: _, ...shape } = withTemplate(input)
  return project(fromPlan(plan, reason, release), shape)
}

function project(value: unknown, shape: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(shape))
    return value.length === shape.length ? value.map((item, i) => project(item, shape[i])) : value
  if (typeof value !== 'object' || value === null || typeof shape !== 'object' || shape === null) return value
  const members = value as Record<string, unknown>
  return Object.fromEntries(Object.keys(shape).map((name) => [name, members[name]]))
}

/** After a rollout that ended at some share the next draft is still a plan; whether it may start is judged at the start. */
function asNobodyHasIt(flag: SnapshotFlag, { plan }: RolloutRecord): SnapshotFlag {
  const rules = (flag.rules ?? []).map((rule) =>
    rule.id === plan.rule && rule.sample ? { ...rule, sample: { ...rule.sample, share: 0 } } : rule,
  )
  return { ...flag, rules }
}
