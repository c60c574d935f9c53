import { isLive } from '../story.ts'
import type { Story } from '../story.ts'
import type { EntryOf } from '../trace.ts'
import { first } from './invariant.ts'
import type { Breach, Invariant } from './invariant.ts'

/** Steps of a block each after which a running rollout must have been looked at again. */
const patience = 3

/** What may keep a rollout with a past from going on, in spite of a healthy candidate. */
const honestReasons = new Set(['warning', 'sample_ratio', 'shared_incident', 'max_duration', 'proof'])

export const faultsPass: Invariant = {
  id: 'I10',
  sentence:
    'Once faults end, every block is judged, the newest revision is served, and within the time of the plan a healthy candidate reaches everybody and a failing one nobody.',
  broken: (story) => forgotten(story) ?? leftBehind(story) ?? outdated(story) ?? unfinished(story),
}

/** The engine must look at what runs, whatever its clock says. */
function forgotten({ of, transitions }: Story): Breach | null {
  const [calm] = of('calm')
  const last = transitions.at(-1)
  const [end] = of('end')
  if (!calm || !end || !last || !isLive(last.after)) return null
  const waited = end.entry.n - last.commit.n
  return waited > patience ? { at: end.at, how: `no block was sealed in the last ${waited} steps` } : null
}

function leftBehind({ of }: Story): Breach | null {
  let last: EntryOf<'behind'> | undefined
  let steps = 0
  return first(of('behind'), ({ entry }) => {
    const goesOn = entry.node === last?.node && entry.served === last.served && entry.n <= last.n + 1
    steps = goesOn ? steps + 1 : 1
    last = entry
    const { node, served, stored } = entry
    return steps > patience ? `${node} serves revision ${served} for ${steps} steps; stored is ${stored}` : null
  })
}

function outdated({ of }: Story): Breach | null {
  const [end] = of('end')
  if (!end) return null
  const served = of('read').findLast(({ entry }) => entry.reader === 'app-1')?.entry
  const isNewest = served?.revision === end.entry.revision && served.digest === end.entry.digest
  return isNewest
    ? null
    : { at: end.at, how: `revision ${served?.revision} is served, ${end.entry.revision} is stored` }
}

function unfinished({ of, transitions }: Story): Breach | null {
  const [calm] = of('calm')
  const [end] = of('end')
  if (!calm || !end) return null
  const [state, ...reasons] = end.entry.waitingFor
  const { candidate, fresh } = calm.entry
  const how = `${candidate}, and still ${state} at ${transitions.at(-1)?.after.share}: waiting for ${reasons.join(', ')}`
  if (candidate === 'failing') return state === 'rolled_back' || !fresh ? null : { at: end.at, how }
  const wasSetBack = of('clock').some(({ entry }) => entry.byMs < 0)
  const isExplained = reasons.some((code) => honestReasons.has(code) || (code === 'time' && wasSetBack))
  return state === 'completed' || (!fresh && (state === 'rolled_back' || isExplained)) ? null : { at: end.at, how }
}
