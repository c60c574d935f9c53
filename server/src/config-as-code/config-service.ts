import { SluiceError, fromPlan } from '@sluice/contract'
import type { ConfigFile, ConfigPlan } from '@sluice/contract'
import type { Traffic } from '@sluice/core/planning'
import { lockEnvironment } from '../environments/environment-store.ts'
import type { Actor } from '../events/event.ts'
import { type Publication, changeFlag } from '../flags/change-flag.ts'
import { editFlag } from '../flags/edit-flag.ts'
import type { FlagParts } from '../flags/flag-service.ts'
import { listFlags } from '../flags/flag-store.ts'
import { publishSnapshot, republishSnapshot } from '../flags/publish-snapshot.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import { insertRollout, listRollouts, updateRollout } from '../rollouts/rollout-store.ts'
import { trafficOf } from '../rollouts/traffic.ts'
import { writeSegment } from '../segments/change-segment.ts'
import { listSegments } from '../segments/segment-store.ts'
import { type ComparedConfig, compareConfig } from './compare-config.ts'

export interface ConfigRequest {
  readonly environment: string
  readonly file: ConfigFile
  /** Delete the flags, and segments, that the file does not name. */
  readonly prune: boolean
}

/** How the file differs from the server; changes nothing. */
export async function planConfig(request: ConfigRequest, parts: FlagParts): Promise<ConfigPlan> {
  const traffic = await trafficOfRollouts(request, parts)
  return parts.database.transaction(async (transaction) => {
    const { revision, compared } = await compare(transaction, request, traffic, parts)
    return view(revision, compared)
  })
}

export interface ApplyRequest extends ConfigRequest {
  /** Of the plan that people saw; null applies to whatever is there. */
  readonly revision: number | null
  readonly actor: Actor
  readonly reason: string | null
}

/** Does what the plan said, all of it or nothing. Never switches a flag on, moves a share in flight or ends a rollout. */
export async function applyConfig(request: ApplyRequest, parts: FlagParts): Promise<ConfigPlan> {
  const traffic = await trafficOfRollouts(request, parts)
  const { environment, actor, reason } = request
  const done = await parts.database.transaction(async (transaction) => {
    const { revision, compared } = await compare(transaction, request, traffic, parts)
    if (request.revision !== null && request.revision !== revision)
      throw new SluiceError(
        'VERSION_CONFLICT',
        `The plan was made at revision ${request.revision}; ${environment} is at ${revision}. Nothing was changed.`,
        { hint: 'Plan again, look at what is different, and apply that.' },
      )
    const publications: Publication[] = []
    let last = revision
    for (const planned of compared.changes) {
      if ('segment' in planned) {
        const { change, segment } = planned
        const write = { environment, name: change.key, segment, actor, reason }
        const { revision: written } = await writeSegment(transaction, write, parts)
        last = written
        continue
      }
      if ('draft' in planned) {
        const store = planned.inPlace ? updateRollout : insertRollout
        if (planned.draft) await store(transaction, planned.draft)
        continue
      }
      const { change, edit, rules } = planned
      const changed = await changeFlag(
        transaction,
        { environment, key: change.key, actor, reason, change: (current) => editFlag(current, edit, rules) },
        parts,
      )
      if (!changed.changed) continue
      publications.push(changed.publication)
      last = changed.publication.revision
    }
    return { publications, applied: view(last, compared) }
  })
  // Any flag may stand on a segment: with one of those changed, everybody takes the whole.
  if (done.applied.changes.some(({ kind }) => kind === 'segment')) await republishSnapshot(environment, parts)
  else for (const publication of done.publications) await publishSnapshot(publication, parts)
  return done.applied
}

async function compare(
  transaction: DatabaseTransaction,
  { environment, file, prune }: ConfigRequest,
  traffic: ReadonlyMap<string, Traffic | null>,
  parts: FlagParts,
): Promise<{ readonly revision: number; readonly compared: ComparedConfig }> {
  const { revision } = await lockEnvironment(transaction, environment)
  const present = {
    environment,
    flags: await listFlags(transaction, environment),
    segments: await listSegments(transaction, environment),
    rollouts: await listRollouts(transaction, environment),
    traffic: (flag: string) => traffic.get(flag) ?? null,
  }
  return { revision, compared: compareConfig(file, present, prune, parts) }
}

const view = (revision: number, { changes, unmanaged, unmanagedSegments }: ComparedConfig): ConfigPlan => ({
  revision,
  changes: changes.map(({ change }) => change),
  unmanaged: [...unmanaged],
  unmanagedSegments: [...unmanagedSegments],
})

/** Read before the transaction: it may take a while, and only chooses how a plan advances. */
async function trafficOfRollouts(
  { environment, file }: ConfigRequest,
  { database, clock }: FlagParts,
): Promise<ReadonlyMap<string, Traffic | null>> {
  const traffic = new Map<string, Traffic | null>()
  for (const [key, { guardrails }] of Object.entries(file.rollouts))
    traffic.set(key, await trafficOf(database.kysely, environment, key, clock.now(), guardrails))
  return traffic
}

/** What is there, as a file: its plan is empty. */
export async function exportConfig(environment: string, { database }: FlagParts): Promise<ConfigFile> {
  const flags = await listFlags(database.kysely, environment)
  const segments = await listSegments(database.kysely, environment)
  const rollouts: ConfigFile['rollouts'] = {}
  for (const { flag, plan, reason, release } of await listRollouts(database.kysely, environment)) {
    if (flag in rollouts || !flags.some(({ key }) => key === flag)) continue
    const { flag: _, ...declared } = fromPlan(plan, reason, release)
    rollouts[flag] = declared
  }
  return {
    version: 1,
    environment,
    segments: Object.fromEntries(segments.map(({ name, segment }) => [name, { ...segment }])),
    flags: Object.fromEntries(flags.map(({ key, flag }) => [key, { ...flag }])),
    rollouts,
  }
}
