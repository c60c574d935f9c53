import type { Placed, Story, Transition } from '../story.ts'
import type { EntryOf, EventSeen } from '../trace.ts'
import { first } from './invariant.ts'
import type { Breach, Invariant } from './invariant.ts'

type Commit = Placed<EntryOf<'commit'>>

export const everyChangeIsTold: Invariant = {
  id: 'I4',
  sentence: 'Versions and revisions count up by one, and each change has exactly one event, in the same commit.',
  broken: ({ of, transitions }) =>
    first(transitions, untoldMove) ??
    wrongRevision(of('commit')) ??
    first(of('end'), ({ entry }) => (entry.chain === 'whole' ? null : 'the chain of events is broken')),
}

function untoldMove({ before, after, commit, event }: Transition): string | null {
  if (after.version !== (before?.version ?? 0) + 1) return `version ${after.version} after ${before?.version}`
  const about = commit.events.filter(({ subject }) => subject.id === after.id)
  if (about.length > 1) return `${about.length} events for one version`
  if (!before) return null
  const moved = (['stage', 'share', 'attempt', 'visit', 'stoppedBy', 'ended'] as const).filter(
    (name) => before[name] !== after[name],
  )
  if (moved.length > 0 && !event) return `${moved.join(', ')} changed without an event`
  const tellsTrue = !event || (Number(event.from) * 1000 === before.share && Number(event.to) * 1000 === after.share)
  return tellsTrue ? null : `the event says ${event.from} to ${event.to}; it was ${before.share} to ${after.share}`
}

function wrongRevision(commits: readonly Commit[]): Breach | null {
  let [revision, seq] = [0, 0]
  const versions = new Map<string, number>()
  return first(commits, ({ entry: { revision: now, flags, events } }) => {
    const told = events.filter((event) => event.revision === now && event.revision !== revision)
    const step = now - revision
    revision = now
    for (const event of events) if (event.seq !== ++seq) return `event ${event.seq} where ${seq} was due`
    if (step === 0) return flags.length === 0 ? null : 'a flag changed without a revision'
    if (step !== 1 || flags.length !== 1) return `${step} revisions and ${flags.length} flags in one commit`
    for (const { key, version } of flags) {
      if (version !== (versions.get(key) ?? 0) + 1) return `${key} at version ${version} after ${versions.get(key)}`
      versions.set(key, version)
    }
    return told.length === 1 ? null : `${told.length} events for revision ${now}`
  })
}

export const writesMeanWhatTheySaw: Invariant = {
  id: 'I8',
  sentence: 'A write made for one version (If-Match) changes no other.',
  broken: (story) => {
    const expected = new Map(
      story
        .of('request')
        .flatMap(({ entry }) => (entry.expects === undefined ? [] : [[entry.token, entry.expects] as const])),
    )
    const wrongFlag = first(eventsOf(story), ({ event }) => {
      const version = event.subject.kind === 'flag' ? expected.get(event.reason ?? '') : undefined
      return version === undefined || event.from === `v${version}`
        ? null
        : `made for v${version}, changed ${event.from}`
    })
    if (wrongFlag) return wrongFlag
    return first(story.transitions, ({ before, event }) => {
      const version = expected.get(event?.reason ?? '')
      return version === undefined || before?.version === version
        ? null
        : `${event?.action} made for v${version}, changed v${before?.version}`
    })
  },
}

export const oneWriter: Invariant = {
  id: 'I9',
  sentence: 'Only the server that holds the lock on the database commits.',
  broken: ({ of }) =>
    first(of('commit'), ({ entry }) => (entry.holdsLock ? null : `${entry.node} wrote without the lock`)),
}

export const everyEventArrives: Invariant = {
  id: 'I11',
  sentence:
    'Who follows the log gets every event, in order and always under the same id; nothing is told that is not there.',
  broken: (story) => {
    const ids = new Map(eventsOf(story).map(({ event, at }) => [event.id, { seq: event.seq, at }]))
    let seq = 0
    const followed = first(story.of('followed'), ({ entry }) => {
      const isNext = entry.seq === ++seq && ids.get(entry.id)?.seq === entry.seq
      return isNext ? null : `event ${entry.seq} (${entry.id}) where ${seq} was due`
    })
    if (followed) return followed
    if (seq !== ids.size) return { at: story.trace.length - 1, how: `${seq} of ${ids.size} events arrived` }
    return first(story.of('told'), ({ entry, at }) => {
      const isThere = entry.what === 'revision' || (ids.get(entry.id)?.at ?? Infinity) < at
      return isThere ? null : `${entry.id} was told before it was stored`
    })
  },
}

export const acknowledgedIsStored: Invariant = {
  id: 'I14',
  sentence: 'What was acknowledged is stored, once: every batch with its rows, every action with its event.',
  broken: (story) => {
    const { of } = story
    const stored = new Map<string, { at: number; accepted: number }>()
    const twice = first(of('commit'), ({ at, entry }) => {
      const claimed = entry.batches.reduce((sum, { accepted }) => sum + accepted, 0)
      for (const { id, accepted } of entry.batches) {
        const [name = ''] = id.split(' ')
        if (stored.has(name)) return `${name} was stored twice`
        stored.set(name, { at, accepted })
      }
      return entry.rows === claimed ? null : `${entry.rows} rows stored, ${claimed} claimed`
    })
    if (twice) return twice
    const acts = new Set(eventsOf(story).map(({ event }) => event.reason))
    const requests = new Map(of('request').map(({ entry }) => [entry.token, entry.what]))
    return first(of('answer'), ({ at, entry }) => {
      if (entry.answer !== 'done') return null
      const [verb = '', id = ''] = (requests.get(entry.token) ?? '').split(' ')
      if (verb === 'ingest') {
        const batch = stored.get(id)
        const isStored = batch && batch.at < at && batch.accepted === entry.rows
        return isStored ? null : `${id} was acknowledged with ${entry.rows} rows; stored are ${batch?.accepted}`
      }
      return ['edit', 'plan', 'prune'].includes(verb) || acts.has(entry.token)
        ? null
        : `${verb} was acknowledged and left no event`
    })
  },
}

export const faultsAreNamed: Invariant = {
  id: 'I15',
  sentence:
    'A request ends in an answer, a refusal with its code, or the fault that was injected; nothing else is thrown.',
  broken: ({ of }) => first(of('answer'), ({ entry }) => (entry.answer.startsWith('broken') ? entry.answer : null)),
}

function eventsOf({ of }: Story): { at: number; event: EventSeen }[] {
  return of('commit').flatMap(({ at, entry }) => entry.events.map((event) => ({ at, event })))
}
