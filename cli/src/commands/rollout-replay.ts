import { recordedOf } from '@sluice/contract'
import type { Recording } from '@sluice/contract'
import { Replay, clockText, engineVersion } from '@sluice/core/rollout'
import type { Difference, Plan, RolloutState } from '@sluice/core/rollout'
import type { Output } from '../command.ts'
import type { Connection } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'

type Step = Recording['steps'][number]

interface Outcome {
  blocks: number
  decisions: number
  /** Blocks that are not what was sealed. */
  readonly changed: { readonly attempt: number; readonly block: number }[]
  readonly differences: Difference[]
}

const mostDifferences = 20

/** `sluice rollout replay`: runs the decisions again, here, from what the server kept of what the engine was told. */
export async function replayRollout(
  to: Connection,
  path: string,
  { json }: { readonly json: boolean },
  { out }: Output,
): Promise<ExitCode> {
  const outcome = await replayed(to, path)
  const isSame = outcome.changed.length + outcome.differences.length === 0
  out(json ? JSON.stringify({ same: isSame, ...outcome }) : outcomeText(outcome, isSame))
  return isSame ? exitCodes.ok : exitCodes.error
}

async function replayed(to: Connection, path: string): Promise<Outcome> {
  const outcome: Outcome = { blocks: 0, decisions: 0, changed: [], differences: [] }
  let replay: Replay | null = null
  let cursor = ''
  for (;;) {
    const page = await to.inside<Recording>('GET', `${path}/recording${cursor}`)
    replay ??= begun(page)
    for (const step of page.steps) note(outcome, step, replay.next(recordedOf(step)))
    if (page.next === undefined) {
      const end = page.end && replay.end(page.end as unknown as RolloutState)
      if (end) note(outcome, null, end)
      return outcome
    }
    cursor = `?after=${page.next}`
  }
}

/** Only what was recorded from its start can be run again. */
function begun({ engine, plan, steps: [first] }: Recording): Replay {
  if (first?.kind !== 'action' || first.decision.action !== 'start')
    throw new Error('Nothing to replay: it was never started, or was started before records were kept.')
  if (engine !== engineVersion)
    throw new Error(
      `It was recorded by engine ${engine}, this is engine ${engineVersion}: replay it with the release that ran it.`,
    )
  return new Replay(plan as unknown as Plan)
}

function note(outcome: Outcome, step: Step | null, difference: Difference | null): void {
  if (step?.kind === 'block') {
    outcome.blocks += 1
    if (!step.intact) outcome.changed.push({ attempt: step.attempt, block: step.index })
  }
  if (step?.decision) outcome.decisions += 1
  if (difference && outcome.differences.length < mostDifferences) outcome.differences.push(difference)
}

function outcomeText({ blocks, decisions, changed, differences }: Outcome, isSame: boolean): string {
  const size = `${blocks} blocks, ${decisions} decisions`
  if (isSame) return `✔ ${size}: the same as recorded, log E within 1e-9.`
  return [
    `✖ ${size}: not the same as recorded.`,
    ...changed.map(({ attempt, block }) => `  Block ${block} of attempt ${attempt} is not what was sealed.`),
    ...differences.map(differenceText),
  ].join('\n')
}

function differenceText({ atMs, what, recorded, replayed: now }: Difference): string {
  const where = atMs === null ? 'Where it stands' : clockText(atMs)
  const path = what === '' ? 'the decision' : what
  return `  ${where}  ${path}: recorded ${shown(recorded)}, replayed ${shown(now)}`
}

const shown = (value: unknown): string => {
  const text = typeof value === 'object' && value !== null && 'action' in value ? value.action : value
  return JSON.stringify(text ?? 'nothing')
}
