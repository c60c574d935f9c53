import { SluiceError } from '@sluice/contract'
import type { ComplaintInput, ComplaintReceipt } from '@sluice/contract'
import { armOf, evaluate } from '@sluice/core/evaluation'
import type { Actor } from '../events/event.ts'
import { flagNotFound } from '../flags/edit-flag.ts'
import type { RolloutRunner } from '../rollouts/rollout-runner.ts'
import type { RunnerParts } from '../rollouts/runner-parts.ts'
import { findRollout } from '../rollouts/rollout-store.ts'
import { ingestObservations } from './ingest-observations.ts'

/**
 * What a person says about a flag: one row of the metric `complaint`, and the words as a note in the deployment log. The log
 * names no unit: what is written there stays.
 */
export async function noteComplaint(
  { environment, key, input, actor }: { environment: string; key: string; input: ComplaintInput; actor: Actor },
  parts: RunnerParts,
  runner: RolloutRunner,
): Promise<ComplaintReceipt> {
  const { unit, text, critical = false, topic } = input
  const variant = input.variant ?? variantOf(environment, key, unit, parts, runner)
  const classes = [...(critical ? ['critical'] : []), ...(topic === undefined ? [] : [topic])]
  const metrics = Object.fromEntries([['complaint', 1], ...classes.map((name) => [`complaint.${name}`, 1])])
  const row = { flag: key, variant, ...(unit === undefined ? {} : { unit }), at: instant(parts), metrics }
  const id = `complaint ${key} ${input.id ?? parts.random.id('co')}`
  const receipt = await ingestObservations({ environment, id, observations: [row], isPublic: false }, parts, runner)
  const duplicate = receipt.duplicate === true
  const rollout = text === undefined || duplicate ? null : await findRollout(parts.database.kysely, environment, key)
  if (rollout) {
    const about = [`Complaint about "${variant}"`, ...classes].join(', ')
    await runner.desk.note(environment, rollout.id, { text: `${about}: ${text}` }, actor)
  }
  return { flag: key, variant, rollout: rollout?.id ?? null, duplicate }
}

const instant = ({ clock }: RunnerParts): string => new Date(clock.now()).toISOString()

/**
 * What somebody who complains has: as the lists say, else the side of the rollout's draw, whatever else its rule asks for.
 * Only the application knows their other attributes; but somebody who complains about the new way has met it.
 */
function variantOf(
  environment: string,
  key: string,
  unit: string | undefined,
  { cache, clock }: RunnerParts,
  runner: RolloutRunner,
): string {
  const snapshot = cache.get(environment)
  const flag = snapshot && Object.hasOwn(snapshot.flags, key) ? snapshot.flags[key] : undefined
  if (!snapshot || !flag) throw flagNotFound(key)
  if (unit === undefined) throw unclear('/unit', 'Say who complains, or about which variant.')
  const { variant, reason } = evaluate(snapshot.compiled, key, { targetingKey: unit }, clock.now())
  const plan = runner.liveOn(environment, key)?.plan
  const sample = flag.rules?.find(({ id }) => id === plan?.rule)?.sample
  if (plan && sample && !['INCLUDE', 'EXCLUDE', 'FORCED'].includes(reason))
    return armOf(sample, unit) === 'T' ? plan.candidate : plan.baseline
  if (variant === null) throw unclear('/variant', 'The flag gives this unit no variant: say which one it is about.')
  return variant
}

const unclear = (pointer: string, message: string): SluiceError =>
  new SluiceError('UNPROCESSABLE', 'Nobody knows what the complaint is about; nothing was noted.', {
    errors: [{ pointer, code: 'rule', message }],
  })
