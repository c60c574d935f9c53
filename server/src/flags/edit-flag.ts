import { type FieldError, SluiceError } from '@sluice/contract'
import { type Flag, type SnapshotFlag, parseFlag } from '@sluice/core/evaluation'
import type { FlagNext } from './change-flag.ts'
import { checkFlag, dependentsOf } from './check-flag.ts'
import type { StoredFlag } from './flag-store.ts'
import { keepSalts, reshuffledPlaces } from './keep-salts.ts'
import { changedArms } from './changed-arms.ts'
import { mergePatch } from './merge-patch.ts'
import { compileRegex } from './regex.ts'

export type FlagEdit =
  | { readonly kind: 'replace'; readonly body: unknown }
  | { readonly kind: 'merge'; readonly body: unknown }
  | { readonly kind: 'delete' }

export interface EditRules {
  readonly key: string
  /** Deal users anew where a salt changes; without it such a change is refused. */
  readonly reshuffle: boolean
  readonly mintSalt: () => string
  /** The environment's flags, for `requires`. */
  readonly others: Readonly<Record<string, SnapshotFlag>>
  /** The names of the environment's segments; absent: any will do. */
  readonly segments?: ReadonlySet<string>
}

/** What a person's edit makes of a flag, or why not. Pure, so that a transaction may run it again. */
export function editFlag(current: StoredFlag | null, edit: FlagEdit, rules: EditRules): FlagNext | null {
  const { key, others } = rules
  if (edit.kind !== 'replace' && !current) throw flagNotFound(key)
  if (edit.kind === 'delete') {
    checkDeletion(key, current, others)
    return null
  }
  const body = edit.kind === 'merge' ? mergePatch(current?.flag, edit.body) : edit.body
  const flag = checkedFlag(keepSalts(body, current?.flag ?? null, rules.mintSalt), current, rules)
  if (current) {
    refuseOwnedShare(current, flag)
    refuseOtherArms(current, flag)
    if (!rules.reshuffle) refuseReshuffle(current, flag)
  }
  return { flag }
}

export function flagNotFound(key: string): SluiceError {
  return new SluiceError('NOT_FOUND', `There is no flag "${key.slice(0, 200)}" in this environment.`, {
    hint: 'List the flags of this environment, or create this one with PUT.',
  })
}

function checkedFlag(input: unknown, current: StoredFlag | null, { key, others, segments }: EditRules): Flag {
  const parsed = parseFlag(input, { regex: compileRegex, ...(segments ? { segments } : {}) })
  if (!parsed.ok) throw refusedShape(parsed.problems, 'flag')
  const errors = checkFlag(key, parsed.flag, current?.flag ?? null, others)
  if (errors.length > 0)
    throw new SluiceError('UNPROCESSABLE', 'The flag breaks a rule; nothing was changed.', { errors })
  return parsed.flag
}

/** Wrong shapes and unknown fields are 400, broken rules 422; with both it is 400. */
export function refusedShape(problems: readonly FieldError[], what: 'flag' | 'segment'): SluiceError {
  const isShape = problems.some(({ code }) => code === 'type')
  const errors = problems.slice(0, 100)
  return isShape
    ? new SluiceError('INVALID_INPUT', `The ${what} has the wrong shape; nothing was changed.`, { errors })
    : new SluiceError('UNPROCESSABLE', `The ${what} breaks a rule; nothing was changed.`, { errors })
}

/** The running rollout decides its rule's share; whoever wants to has to take over first. */
function refuseOwnedShare({ flag: before, rollout }: StoredFlag, after: Flag): void {
  if (!rollout) return
  const shareIn = (flag: Flag) => flag.rules?.find(({ id }) => id === rollout.rule)?.sample?.share
  const share = shareIn(before)
  if (shareIn(after) === share) return
  const index = after.rules?.findIndex(({ id }) => id === rollout.rule) ?? -1
  const pointer = index < 0 ? '/rules' : `/rules/${index}/sample/share`
  const message = `The share of the rule "${rollout.rule}" belongs to the running rollout ${rollout.id}, which set it to ${share}.`
  throw ownedByRollout(rollout.id, message, [{ pointer, code: 'custom', message }])
}

/** Another value is another candidate, and would begin at the share that the old one has earned. */
function refuseOtherArms({ flag: before, rollout }: StoredFlag, after: Flag): void {
  if (!rollout) return
  const places = changedArms(before, after, rollout.rule)
  if (places.length === 0) return
  const message = `The running rollout ${rollout.id} compares what stands here: its evidence would be about something else.`
  const hint = `End it first: POST …/rollouts/${rollout.id}/actions with {"action": "rollback"} or "takeover"; then change this, and start a new one.`
  throw new SluiceError('STATE_CONFLICT', `The rollout ${rollout.id} is comparing these arms; nothing was changed.`, {
    errors: places.map((pointer) => ({ pointer, code: 'custom', message })),
    hint,
  })
}

function ownedByRollout(id: string, detail: string, errors: FieldError[] = []): SluiceError {
  return new SluiceError('STATE_CONFLICT', detail, {
    errors,
    hint: `Leave it, or end the rollout's hold on it first: POST …/rollouts/${id}/actions with {"action": "takeover"}. To stop everything at once set "enabled" to false.`,
  })
}

function refuseReshuffle({ flag: before }: StoredFlag, after: Flag): void {
  const places = reshuffledPlaces(before, after)
  if (places.length === 0) return
  throw new SluiceError('STATE_CONFLICT', 'This would draw users anew, so that many would change sides.', {
    errors: places.map((pointer) => ({
      pointer,
      code: 'custom',
      message: 'The salt, or the attribute to draw by, differs from the stored one.',
    })),
    hint: 'Leave the salt out to keep the stored one, or send ?reshuffle=true if a new draw is what you want.',
  })
}

function checkDeletion(key: string, current: StoredFlag | null, others: EditRules['others']): void {
  if (current?.rollout)
    throw ownedByRollout(current.rollout.id, `The flag "${key}" is under the running rollout ${current.rollout.id}.`)
  const dependents = dependentsOf(key, others)
  if (dependents.length === 0) return
  throw new SluiceError('STATE_CONFLICT', `Other flags require "${key}": ${dependents.slice(0, 10).join(', ')}.`, {
    hint: 'Take the requirement out of them first, or set "enabled" to false here.',
  })
}
