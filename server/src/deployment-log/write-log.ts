import type { Check, DecisionEvent, DeploymentLog, LogEntry, Rollout } from '@sluice/contract'
import type { StoredEvent } from '../events/event.ts'
import { drawnCalls } from '../rollouts/block-series.ts'
import type { ChartBlock } from '../rollouts/block-series.ts'
import { readDecision } from '../rollouts/decision-event.ts'

const hour = 3_600_000
const day = 24 * hour

/** What a note's event keeps beside where the rollout stood. */
interface NoteEvidence {
  readonly replaces?: string | null
}

/** The deployment log: one entry for each stay at a share, a view of the rollout's events and blocks. */
export function writeLog(
  rollout: Rollout,
  events: readonly StoredEvent[],
  blocks: readonly ChartBlock[],
  nowMs: number,
): DeploymentLog {
  const decisions = events.map(readDecision)
  const stays = decisions.filter(({ action, from, to }) => action === 'start' || (from !== to && to > 0))
  const entries = stays.map((begin, i): LogEntry => {
    const end = decisions.find(({ seq, from, to, action }) => seq > begin.seq && (from !== to || action === 'complete'))
    const fromMs = Date.parse(begin.at)
    const toMs = end ? Date.parse(end.at) : nowMs
    return {
      phase: phaseOf(rollout, begin),
      startedAt: begin.at,
      endedAt: end?.at ?? null,
      engineer: begin.actor,
      reason: begin.reason,
      pre: rollout.checklist.filter(({ stage }) => stage === begin.stage - 1).map(lineOf),
      deployment: deploymentLines(begin, blocks, fromMs, toMs),
      post: firstDay(blocks, fromMs, Math.min(toMs, nowMs)),
      decision: decisionOf(decisions, begin, end),
      notes: notesBetween(
        events,
        i === 0 ? -Infinity : fromMs,
        stays[i + 1] ? Date.parse(stays[i + 1]?.at ?? '') : Infinity,
      ),
    }
  })
  return { rollout: rollout.id, flag: rollout.flag, environment: rollout.environment, entries }
}

/** The stage's own percentage, of which a holdback may be kept; where a person chose another share, that one. */
function phaseOf({ plan }: Rollout, { stage, to }: DecisionEvent): string {
  const planned = plan.stages[stage]
  if (!planned || planned.percent - planned.holdback !== to || planned.holdback === 0) return `${to} %`
  return `${planned.percent} % (${planned.holdback} % held back)`
}

const lineOf = ({ text, state, note }: Check) => ({ text, state, note })

function deploymentLines(
  { to, revision }: DecisionEvent,
  blocks: readonly ChartBlock[],
  fromMs: number,
  toMs: number,
): LogEntry['deployment'] {
  const own = blocks.filter(({ startMs, endMs }) => endMs > fromMs && startMs < toMs)
  const calls = own.reduce((sum, { series }) => sum + drawnCalls(series.T), 0)
  const all = own.reduce((sum, { series }) => sum + drawnCalls(series.C), calls)
  const share = Number(((100 * calls) / all).toPrecision(3))
  const seen = calls > 0 ? `${share} % of the ${all} calls that it decides had the candidate` : null
  return [
    { text: `Share set to ${to} %`, state: 'passed', note: revision === 0 ? null : `revision ${revision}` },
    { text: 'Rollout verified', state: calls > 0 ? 'passed' : 'open', note: seen ?? 'no call of the candidate yet' },
  ]
}

/** Sums of the candidate over the first 24 hours of a stay. */
function firstDay(blocks: readonly ChartBlock[], fromMs: number, toMs: number): LogEntry['post'] {
  const untilMs = Math.min(fromMs + day, toMs)
  const own = blocks.filter(({ startMs, endMs }) => endMs > fromMs && startMs < untilMs).map(({ series }) => series.T)
  const sum = (of: (arm: (typeof own)[number]) => number): number => own.reduce((total, arm) => total + of(arm), 0)
  const calls = sum((arm) => arm.calls)
  const timed = sum((arm) => arm.latencyMs?.[1] ?? 0)
  return {
    hours: Math.round(Math.max(0, untilMs - fromMs) / (hour / 10)) / 10,
    complete: untilMs - fromMs >= day,
    errorRate: calls === 0 ? null : sum((arm) => arm.errors) / calls,
    avgResponseTime: timed === 0 ? null : sum((arm) => arm.latencyMs?.[0] ?? 0) / timed,
    totalRequests: calls,
    complaints: sum((arm) => arm.complaints ?? 0),
  }
}

/** How the stay ended; while it lasts, a hold that stands. */
function decisionOf(
  decisions: readonly DecisionEvent[],
  begin: DecisionEvent,
  end: DecisionEvent | undefined,
): LogEntry['decision'] {
  const last =
    end ?? decisions.findLast(({ seq, action }) => seq > begin.seq && (action === 'hold' || action === 'resume'))
  if (!last || last.action === 'resume') return null
  const { action, at, actor, why } = last
  const kind =
    action === 'complete' || action === 'takeover' || action === 'hold'
      ? action
      : last.to < last.from
        ? 'rollback'
        : 'proceed'
  return { kind, at, by: actor, why: why.sentence }
}

/** The notes of a time, each in its last wording. */
function notesBetween(events: readonly StoredEvent[], fromMs: number, toMs: number): LogEntry['notes'] {
  const notes = new Map<string, Note>()
  /** Of each wording, the first wording of its note. */
  const firstOf = new Map<string, string>()
  for (const { id, atMs, actor, why, evidence } of events.filter(({ action }) => action === 'note')) {
    const { replaces } = evidence as NoteEvidence
    const first = (replaces && firstOf.get(replaces)) || id
    firstOf.set(id, first)
    const wording = { text: why?.sentence ?? '', by: actor.name, at: new Date(atMs).toISOString() }
    const before = notes.get(first)
    const earlier = before ? [wordingOf(before), ...before.earlier] : []
    notes.set(first, { id, ...wording, earlier })
  }
  return [...notes.values()].filter((note) => {
    const writtenMs = Date.parse((note.earlier.at(-1) ?? note).at)
    return writtenMs >= fromMs && writtenMs < toMs
  })
}

type Note = LogEntry['notes'][number]

const wordingOf = ({ text, by, at }: Note): Note['earlier'][number] => ({ text, by, at })
