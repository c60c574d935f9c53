import type { FlagRecord, Rollout } from '@sluice/contract'
import type { Output } from '../command.ts'
import { confirm } from '../confirm.ts'
import type { Connection } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'
import { editList } from '../flag/edit-list.ts'

/** The item of a checklist that a rehearsal answers. */
const item = /rollback (?:was |is )?(?:tested|rehearsed)/i
const unit = 'sluice-rehearsal'
const reason = 'Rehearsal of the way back'

/**
 * Takes one made-up user to the candidate and back, through the same writes and streams as a rollout and its rollback,
 * with every connected application confirming both. Real users are not touched: they stay as the flag has them.
 */
export async function rehearse(
  to: Connection,
  flagKey: string,
  { json }: { readonly json: boolean },
  { out }: Output,
): Promise<ExitCode> {
  const path = `/flags/${encodeURIComponent(flagKey)}`
  const before = await to.inside<FlagRecord>('GET', path)
  const rollout = await to.inside<Rollout>('GET', `/rollouts/${encodeURIComponent(flagKey)}`)
  const { candidate, baseline } = rollout.plan
  if (!candidate || !baseline) throw new Error('The plan names no candidate and baseline.')
  const enabled = before.flag['enabled'] === true
  if (!enabled && !letsNobodyIn(before, baseline))
    throw new Error(
      `${flagKey} is switched off, and on it would let people in by its rules or lists: a rehearsal would too.`,
    )
  const query = `?reason=${encodeURIComponent(reason)}`
  const startMs = Date.now()
  const there = await editList(to, path, query, { unit, variant: candidate, reason, to: 'include', enabled: true })
  const steps: { variant: string | null; confirmed: string }[] = []
  try {
    steps.push({ variant: await served(to, path), confirmed: await confirm(to, there.revision) })
  } finally {
    const back = await editList(to, path, query, { unit, to: 'neither', enabled })
    steps.push({ variant: await served(to, path), confirmed: await confirm(to, back.revision) })
  }
  const ms = Date.now() - startMs
  const passed = steps[0]?.variant === candidate && steps[1]?.variant === baseline
  const note = `${candidate} and back to ${steps[1]?.variant} in ${ms} ms. ${steps[1]?.confirmed}`
  const due = rollout.checklist.find(({ text, state }) => item.test(text) && state !== 'passed')
  if (due)
    await to.inside('POST', `/rollouts/${rollout.id}/checks`, {
      item: due.id,
      state: passed ? 'passed' : 'failed',
      note,
    })
  out(
    json
      ? JSON.stringify({ passed, ms, steps, ticked: due?.id ?? null })
      : [
          `there  ${steps[0]?.variant}  ${steps[0]?.confirmed}`,
          `back   ${steps[1]?.variant}  ${steps[1]?.confirmed}`,
          `${passed ? 'The way back works' : 'The way back does not work'}: ${ms} ms for both.${due ? ` "${due.text}" is answered.` : ''}`,
        ].join('\n'),
  )
  return passed ? exitCodes.ok : exitCodes.breached
}

/** Whether the flag, on, gives everybody the baseline: before its first rollout it mostly does. */
function letsNobodyIn({ flag }: FlagRecord, baseline: string): boolean {
  const rules = (flag['rules'] ?? []) as { sample?: { share: number } }[]
  const included = (flag['include'] ?? []) as unknown[]
  const isForced = flag['force'] !== undefined && flag['force'] !== baseline
  return (
    !isForced && flag['serve'] === baseline && included.length === 0 && rules.every(({ sample }) => sample?.share === 0)
  )
}

async function served(to: Connection, path: string): Promise<string | null> {
  const answer = await to.inside<{ outcome: { variant: string | null } }>('POST', `${path}/explain`, {
    context: { targetingKey: unit },
  })
  return answer.outcome.variant
}
