import { parseArgs } from 'node:util'
import { fieldErrors, fromPlan, planInputSchema, toPlan, withTemplate } from '@sluice/contract'
import type { FieldError, PlanInput } from '@sluice/contract'
import { listText, simulate } from '@sluice/core/rollout'
import type { Plan, RecordedCall, Simulation } from '@sluice/core/rollout'
import { blockAdvice, comparesInBlocks } from '@sluice/core/planning'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { readJson } from '../read-json.ts'
import { applyOldRule, parseOldRule } from '../simulate/old-rule.ts'
import { readRecording } from '../simulate/read-recording.ts'
import type { RecordedRow, Recording } from '../simulate/read-recording.ts'
import { story } from '../simulate/story.ts'

const options = {
  observations: { type: 'string' },
  rule: { type: 'string', default: '5% in 5m' },
  json: { type: 'boolean', default: false },
} as const

const usage = `sluice simulate PLAN.json --observations FILE.ndjson|FILE.csv [--rule "5% in 5m"] [--json]

Runs the rollout engine over recorded calls, in virtual time, and tells what it would have done.

  PLAN.json        the body of POST rollouts; {"flag": "chat-model"} is enough
  --observations   NDJSON, a line an observation: {"at", "unit", "variant", "metrics": {"error": 0, "latency_ms": 812}};
                   or CSV with a header: at, unit, variant, then a column a metric; either as it is or packed with gzip
  --rule           the rule you watch today, to compare with (default "5% in 5m")
  --json           one JSON document on stdout

Exit code 3 when the rollout was rolled back or stopped by a breach.`

/** `sluice simulate`: the engine over a person's own log, before any integration. */
export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'run a rollout plan over recorded calls',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const [planFile, ...extra] = positionals
    if (planFile === undefined || extra.length > 0) throw new UsageError('Expected one plan file.')
    if (values.observations === undefined) throw new UsageError('Expected --observations FILE.')
    const rule = parseOldRule(values.rule)
    if (!rule) throw new UsageError(`Expected --rule as "5% in 5m"; got "${values.rule}".`)
    const input = await readPlan(planFile)
    const recording = await readRecording(values.observations, input.flag, metricsOf(input))
    reportRejected(recording, output.err)
    const { plan, notes } = completed(input, recording)
    const { calls, skipped } = recordedCalls(recording.rows, plan)
    if (calls.length === 0) throw new Error(nothingToDo(recording, plan.candidate, plan.baseline))
    if (!values.json) for (const note of input.guardrails && input.stages ? [] : notes) output.err(note)
    const simulation = simulate(plan, calls)
    const oldRule = applyOldRule(rule, calls)
    const candidate = calls.filter(({ arm }) => arm === 'T')
    const until = simulation.state.ended === 'rolled_back' ? simulation.endedMs : Infinity
    const before = candidate.filter(({ atMs }) => atMs < until)
    const after = candidate.filter(({ atMs }) => atMs >= until)
    const failed = (some: readonly RecordedCall[]) => some.filter(({ metrics }) => metrics['error'] === 1).length
    const exposed = {
      calls: before.length,
      failed: failed(before),
      users: new Set(before.map(({ unit }) => unit)).size,
    }
    const spared = { calls: after.length, failed: failed(after) }
    const recordedMs = lastEnd(calls) - simulation.startedMs
    const facts = {
      blockAdvice: adviceOnBlocks(calls, plan),
      isEveryoneKnown: isEveryoneKnown(calls, simulation),
      recordedMs,
      plan,
      simulation,
      candidateCalls: candidate.length,
      baselineCalls: calls.length - candidate.length,
      exposed,
      spared,
      rule,
      oldRule,
    }
    if (!values.json) output.out(story(facts))
    else {
      const { state, standing } = simulation
      const instant = (ms: number) => new Date(ms).toISOString()
      output.out(
        JSON.stringify({
          schema: 'sluice.simulate/1',
          plan: fromPlan(plan, input.reason ?? ''),
          notes: facts.blockAdvice === null ? notes : [...notes, facts.blockAdvice],
          observations: {
            lines: recording.lines,
            used: calls.length,
            candidate: facts.candidateCalls,
            baseline: facts.baselineCalls,
            skipped,
            rejected: recording.rejected,
            unused: recording.unused,
          },
          startedAt: instant(simulation.startedMs),
          endedAt: instant(simulation.endedMs),
          decisions: simulation.events.map(({ atMs, fromPer100k, toPer100k, ...event }) => ({
            at: instant(atMs),
            elapsedMs: atMs - simulation.startedMs,
            from: fromPer100k / 1000,
            to: toPer100k / 1000,
            ...event,
          })),
          state: standing.phase,
          stage: { index: state.stage, percent: state.sharePer100k / 1000 },
          why: standing.why,
          waitingFor: standing.waitingFor,
          verdicts: standing.verdicts,
          exposed,
          spared,
          oldRule: {
            rule: values.rule,
            firedAt: oldRule.firedMs === null ? null : instant(oldRule.firedMs),
            failed: oldRule.failed,
            calls: oldRule.calls,
          },
        }),
      )
    }
    const { ended, stoppedBy } = simulation.state
    return ended === 'rolled_back' || stoppedBy?.by === 'breach' ? exitCodes.breached : exitCodes.ok
  },
}

/**
 * Whether the last share that was opened brought no user to the candidate who had not been there before. Live it does; a
 * recording's share is what it is, and a user counts in the stage in which they came.
 */
function isEveryoneKnown(calls: readonly RecordedCall[], { events, state }: Simulation): boolean {
  const opened = events.findLast(({ fromPer100k, toPer100k }) => toPer100k > fromPer100k)
  if (!opened || state.ended) return false
  const candidate = calls.filter(({ arm }) => arm === 'T')
  const before = new Set(candidate.flatMap(({ atMs, unit }) => (atMs < opened.atMs ? [unit] : [])))
  const after = candidate.filter(({ atMs }) => atMs >= opened.atMs)
  return after.length > 0 && after.every(({ unit }) => before.has(unit))
}

/** Where users are few and come once, blocks of the plan may hold one side only. Who comes back is compared later. */
function adviceOnBlocks(calls: readonly RecordedCall[], { blockMs, guardrails }: Plan): string | null {
  const users = new Set(calls.map(({ unit }) => unit)).size
  const spanMs = lastEnd(calls) - calls.reduce((first, { atMs }) => Math.min(first, atMs), Infinity)
  const comesBack = calls.length > 3 * users
  return comesBack || !guardrails.some(comparesInBlocks) || !(spanMs > 0) ? null : blockAdvice(blockMs, users / spanMs)
}

const lastEnd = (calls: readonly RecordedCall[]): number =>
  calls.reduce((last, { endsMs }) => Math.max(last, endsMs), -Infinity)

async function readPlan(file: string): Promise<PlanInput> {
  const parsed = planInputSchema.safeParse(await readJson(file))
  if (!parsed.success) throw new Error(faultsText(`The plan ${file} cannot be used:`, fieldErrors(parsed.error).errors))
  return parsed.data
}

/** Every metric that the plan looks at, and what the story tells of. */
function metricsOf(input: PlanInput): ReadonlySet<string> {
  const { guardrails = [] } = withTemplate(input)
  const named = guardrails.flatMap(({ metric, where, per }) => [
    metric,
    ...(where === undefined ? [] : [`${metric}.${where}`]),
    ...(per === undefined ? [] : [per]),
  ])
  return new Set(['error', 'latency_ms', ...named])
}

/** The plan with its defaults; the arms are the variants of the recording. */
function completed(input: PlanInput, { rows }: Recording) {
  const variants = [
    ...new Set([
      ...rows.map(({ variant }) => variant),
      ...[input.candidate, input.baseline].filter((name) => name !== undefined),
    ]),
  ]
  const off =
    input.baseline ??
    ['off', 'baseline', 'control', 'false'].find((name) => variants.includes(name)) ??
    variants.find((name) => name !== input.candidate) ??
    null
  const result = toPlan(input, { variants, off, traffic: null })
  if (result.problems.length > 0)
    throw new Error(faultsText('The plan cannot be run on this recording:', result.problems))
  return result
}

const faultsText = (title: string, faults: readonly FieldError[]): string =>
  [title, ...faults.map(({ pointer, message }) => `  ${pointer === '' ? '(whole)' : pointer}: ${message}`)].join('\n')

function recordedCalls(rows: readonly RecordedRow[], plan: { flag: string; candidate: string; baseline: string }) {
  const skipped = { otherFlags: 0, otherVariants: 0, withoutUnit: 0 }
  const calls = rows.flatMap(({ flag, variant, unit, atMs, metrics }): RecordedCall[] => {
    const arm = variant === plan.candidate ? 'T' : variant === plan.baseline ? 'C' : null
    if (flag !== plan.flag) skipped.otherFlags += 1
    else if (!arm) skipped.otherVariants += 1
    else if (unit === null) skipped.withoutUnit += 1
    else return [{ unit, arm, atMs, endsMs: atMs + (metrics['latency_ms'] ?? 0), metrics }]
    return []
  })
  return { calls, skipped }
}

function nothingToDo({ rows, rejected }: Recording, candidate: string, baseline: string): string {
  if (rows.length === 0)
    return rejected.length > 0 ? 'No line of the recording could be used.' : 'The recording is empty.'
  return `No row of the recording is of the plan's flag, with a unit, and of variant "${candidate}" or "${baseline}".`
}

function reportRejected({ rejected, unused }: Recording, err: (text: string) => void): void {
  if (unused.length > 0) err(`No guardrail looks at ${listText(unused.slice(0, 20))}: left out.`)
  if (rejected.length === 0) return
  err(`${rejected.length} ${rejected.length === 1 ? 'line was' : 'lines were'} left out:`)
  for (const { line, message } of rejected.slice(0, 5)) err(`  line ${line}: ${message}`)
  if (rejected.length > 5) err(`  … and ${rejected.length - 5} more (all of them with --json)`)
}
