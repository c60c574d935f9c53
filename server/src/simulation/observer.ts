// Looks at the store after every commit, past the server, and says what has changed.
import { armOf } from '@sluice/core/evaluation'
import type { Flag } from '@sluice/core/evaluation'
import type { Plan, RolloutState } from '@sluice/core/rollout'
import type { DatabaseSync } from '../database/node-sqlite.ts'
import { digest } from './digest.ts'
import type { EntryOf, EventSeen, FlagSeen, RolloutSeen } from './trace.ts'

export const environment = 'production'
export const ruleName = 'rollout'
const watchedUnits = Array.from({ length: 40 }, (_, i) => `watched-${i}`)

export type Changes = Pick<
  EntryOf<'commit'>,
  'revision' | 'snapshot' | 'rollouts' | 'flags' | 'events' | 'batches' | 'rows'
>

type Row = Readonly<Record<string, string | number | null>>

/** What one rollout was like before and after a commit. */
export interface Moved {
  readonly seen: RolloutSeen
  readonly plan: Plan
  readonly before: RolloutState | null
  readonly after: RolloutState
  readonly sealedSeq: number
}

export class Observer {
  readonly #file: DatabaseSync
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  readonly #rollouts = new Map<
    string,
    { readonly version: number; readonly state: RolloutState; readonly plan: Plan }
  >()
  #revision = 0
  #event = 0
  #batch = 0
  #row = 0

  constructor(file: DatabaseSync) {
    this.#file = file
  }

  get revision(): number {
    return this.#revision
  }

  /** What came since the last look into these tables, and which rollouts moved. */
  look(tables: ReadonlySet<string>): { readonly changes: Changes; readonly moved: readonly Moved[] } {
    const moved = tables.has('rollouts') ? this.#movedRollouts() : []
    const before = this.#revision
    const flags = tables.has('flags') || tables.has('environments') ? this.#newFlags() : []
    const events = tables.has('events') ? this.#newEvents() : []
    const batches = tables.has('observation_batches') ? this.#newBatches() : []
    const rows = tables.has('observations') ? this.#newRows() : 0
    const snapshot = this.#revision === before ? null : this.snapshotDigest()
    const rollouts = moved.map(({ seen }) => seen)
    return { changes: { revision: this.#revision, snapshot, rollouts, flags, events, batches, rows }, moved }
  }

  /** The flags as they are stored, to compare with what is served. */
  snapshotDigest(): string {
    const flags = this.#all(
      'select key, flag, rollout from flags where environment = ? and deleted_at is null order by key',
      environment,
    )
    return flagsDigest(
      flags.map(({ key, flag, rollout }) => [
        String(key),
        {
          ...(JSON.parse(String(flag)) as object),
          ...(rollout === null ? {} : { rollout: JSON.parse(String(rollout)) as unknown }),
        },
      ]),
    )
  }

  #newFlags(): readonly FlagSeen[] {
    const since = this.#revision
    const [row] = this.#all('select revision from environments where name = ?', environment)
    this.#revision = Number(row?.['revision'] ?? 0)
    if (this.#revision === since) return []
    return this.#all('select * from flags where environment = ? and revision > ?', environment, since).map(flagSeen)
  }

  #newEvents(): readonly EventSeen[] {
    const query = 'select * from events where scope = ? and seq > ? order by seq'
    const events = this.#all(query, environment, this.#event).map(eventSeen)
    this.#event = events.at(-1)?.seq ?? this.#event
    return events
  }

  #newBatches(): Changes['batches'] {
    const query = 'select rowid, id, accepted from observation_batches where rowid > ? order by rowid'
    const batches = this.#all(query, this.#batch)
    this.#batch = Number(this.#all('select max(rowid) as last from observation_batches')[0]?.['last'] ?? 0)
    return batches.map(({ id, accepted }) => ({ id: String(id), accepted: Number(accepted) }))
  }

  #newRows(): number {
    const before = this.#row
    // Old rows may have been deleted, the last of them included.
    this.#row = Math.max(before, Number(this.#all('select max(seq) as seq from observations')[0]?.['seq'] ?? 0))
    return this.#row - before
  }

  #movedRollouts(): readonly Moved[] {
    return this.#all('select id, version from rollouts').flatMap(({ id, version }): Moved[] => {
      const known = this.#rollouts.get(String(id))
      if (known?.version === Number(version)) return []
      const row = this.#all('select * from rollouts where id = ?', String(id))[0]
      if (!row) return []
      const text = String(row['state'])
      const after = JSON.parse(text) as RolloutState
      const plan = known?.plan ?? (JSON.parse(String(row['plan'])) as Plan)
      this.#rollouts.set(String(id), { version: Number(version), state: after, plan })
      const { stage, sharePer100k, attempt, visit, block, stoppedBy, ended } = after
      const seen: RolloutSeen = {
        id: String(id),
        flag: plan.flag,
        version: Number(version),
        stage,
        share: sharePer100k,
        attempt,
        visit,
        block,
        stoppedBy: stoppedBy?.by ?? null,
        ended,
        digest: digest(text),
        ...(known ? {} : { plan }),
      }
      return [{ seen, plan, before: known?.state ?? null, after, sealedSeq: Number(row['sealed_seq']) }]
    })
  }

  /** Rows of a rollout between two places in the log, as the reference reads them. */
  rowsBetween(rollout: string, from: number, to: number): readonly Row[] {
    return this.#all(
      'select attempt, visit, arm, status, unit, at, metrics from observations where rollout = ? and seq > ? and seq <= ? order by seq',
      rollout,
      from,
      to,
    )
  }

  #all(sql: string, ...values: (string | number)[]): Row[] {
    const statement = this.#statements.get(sql) ?? this.#file.prepare(sql)
    this.#statements.set(sql, statement)
    return statement.all(...values) as Row[]
  }
}

export const flagsDigest = (flags: readonly (readonly [string, unknown])[]): string =>
  digest(
    JSON.stringify(
      flags.map(([key, flag]) => [key, Object.entries(flag as object).sort(([a], [b]) => (a < b ? -1 : 1))]),
    ),
  )

function flagSeen(row: Row): FlagSeen {
  const flag = JSON.parse(String(row['flag'])) as Flag
  const sample = flag.rules?.find(({ id }) => id === ruleName)?.sample
  return {
    key: String(row['key']),
    version: Number(row['version']),
    revision: Number(row['revision']),
    deleted: row['deleted_at'] !== null,
    enabled: flag.enabled,
    share: sample?.share ?? null,
    salt: sample?.salt ?? null,
    owner: row['rollout'] === null ? null : (JSON.parse(String(row['rollout'])) as { id: string }).id,
    sides: sample ? watchedUnits.map((unit) => (armOf(sample, unit) === 'T' ? 1 : 0)).join('') : '',
  }
}

function eventSeen(row: Row): EventSeen {
  return {
    seq: Number(row['seq']),
    id: String(row['id']),
    actor: String(row['actor_kind']) as EventSeen['actor'],
    subject: { kind: String(row['subject_kind']), id: String(row['subject_id']) },
    action: String(row['action']),
    from: textOrNull(row['from_text']),
    to: textOrNull(row['to_text']),
    reason: textOrNull(row['reason']),
    revision: row['revision'] === null ? null : Number(row['revision']),
  }
}

const textOrNull = (value: string | number | null | undefined): string | null =>
  value === null || value === undefined ? null : String(value)
