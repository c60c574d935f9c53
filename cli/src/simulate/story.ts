import { percentText, shareOf, signOf } from '@sluice/core/rollout'
import type { Plan, SimulatedEvent, Simulation } from '@sluice/core/rollout'
import type { OldRule, OldRuleResult } from './old-rule.ts'

/** Time since the start: "24:12", "3:05:00", "2 d 4:00:00". */
export function elapsedText(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  const hours = Math.floor(seconds / 3600) % 24
  const days = Math.floor(seconds / 86_400)
  if (days > 0) return `${days} d ${hours}:${clock}`
  return hours > 0 ? `${hours}:${clock}` : clock
}

/** What came of the calls that the rollout never let happen. */
export interface Spared {
  readonly calls: number
  readonly failed: number
}

export interface StoryFacts {
  /** What to say in the plan where its blocks are too short for so few users; null where they are not. */
  readonly blockAdvice: string | null
  /** The last share that was opened met only candidate users who were there before. */
  readonly isEveryoneKnown: boolean
  readonly plan: Plan
  readonly simulation: Simulation
  /** From the first call of the recording to the last. */
  readonly recordedMs: number
  readonly candidateCalls: number
  readonly baselineCalls: number
  readonly exposed: { readonly calls: number; readonly failed: number; readonly users: number }
  readonly spared: Spared
  readonly rule: OldRule
  readonly oldRule: OldRuleResult
}

/** The rollout as a person would tell it. */
export function story({
  blockAdvice,
  isEveryoneKnown,
  recordedMs,
  plan,
  simulation,
  candidateCalls,
  baselineCalls,
  exposed,
  spared,
  rule,
  oldRule,
}: StoryFacts): string {
  const first = percentText(plan.stages[0] ? shareOf(plan.stages[0]) : 0)
  const lines = [
    `${plan.flag}: ${plan.candidate} against ${plan.baseline}, ${candidateCalls + baselineCalls} calls over ${elapsedText(recordedMs)}`,
    '',
    line(
      '▲',
      0,
      `stage ${first}`,
      `started; ${plan.advance === 'proof' ? 'opens further on proof of safety' : 'opens further when the time is up and nothing points to harm'}`,
    ),
    ...simulation.events.map((event) => eventLine(event, simulation, exposed.failed)),
    '',
    ending(simulation),
    ...(isEveryoneKnown
      ? [
          'Every candidate user of the recording was there before this stage. A user counts in the stage in which they got the candidate,',
          'and nobody got it later: what a rising share would have brought is not in the recording. A plan of one stage weighs them all.',
        ]
      : []),
    ...(blockAdvice === null ? [] : [`${blockAdvice} With this plan hardly anything is found here.`]),
    ...(spared.calls > 0
      ? [
          `After that the recording holds ${spared.calls} more candidate calls, ${spared.failed} of them failed: spared.`,
        ]
      : []),
    ruleText(rule, oldRule, simulation),
    ...(simulation.full ? ['The table of users was full: later users were not counted.'] : []),
    'Arms as recorded: the share in the recording is what it is, whatever the stage.',
  ]
  return lines.join('\n')
}

const line = (mark: string, elapsedMs: number, stage: string, text: string): string =>
  `  ${mark} ${elapsedText(elapsedMs).padStart(9)}  ${stage.padEnd(12)} ${text}`

function eventLine(event: SimulatedEvent, { startedMs }: Simulation, failed: number): string {
  const { action, atMs, fromPer100k, toPer100k, why } = event
  const moved =
    fromPer100k === toPer100k ? percentText(toPer100k) : `${percentText(fromPer100k)} → ${percentText(toPer100k)}`
  const outcome =
    action === 'rollback'
      ? `${why.sentence}; ${failed} failed calls: rolled back`
      : `${why.sentence}${action === 'hold' ? ': held' : ''}`
  return line(
    signOf(action),
    atMs - startedMs,
    action === 'rollback' || action === 'hold' || action === 'notify' ? `stage ${percentText(fromPer100k)}` : moved,
    outcome,
  )
}

function ending({ standing, state, startedMs, endedMs }: Simulation): string {
  if (state.ended === 'rolled_back') return `Rolled back at ${elapsedText(endedMs - startedMs)}.`
  if (state.ended === 'completed')
    return `Completed at ${elapsedText(endedMs - startedMs)}: the candidate is open to everybody.`
  return `The recording ends here. ${standing.why.sentence}`
}

function ruleText(
  { share, windowMs }: OldRule,
  { firedMs, failed, calls }: OldRuleResult,
  { startedMs }: Simulation,
): string {
  const name = `The rule "> ${share * 100} % failed calls in ${windowMs / 60_000} minutes"`
  if (firedMs === null) return `${name} would never have fired.`
  return `${name} would have fired at ${elapsedText(firedMs - startedMs)}, on ${failed} of ${calls} calls.`
}
