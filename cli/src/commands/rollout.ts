import { parseArgs } from 'node:util'
import type { DecisionEvent, Rollout } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Command, Output } from '../command.ts'
import { confirm } from '../confirm.ts'
import { connect } from '../connection.ts'
import type { Connection } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'
import { previewPlan, readPlan } from './rollout-plan.ts'
import { replayRollout } from './rollout-replay.ts'
import { codeOf } from '../rollout/code-of.ts'
import { rehearse } from '../rollout/rehearse.ts'
import { watchRollout } from '../rollout/watch-rollout.ts'
import { decisionText, rolloutText } from '../rollout/rollout-text.ts'

const options = {
  env: { type: 'string' },
  reason: { type: 'string' },
  to: { type: 'string' },
  json: { type: 'boolean', default: false },
  start: { type: 'boolean', default: false },
  watch: { type: 'boolean', short: 'w', default: false },
  until: { type: 'string', default: 'decided' },
  timeout: { type: 'string', default: '24h' },
  'units-per-day': { type: 'string' },
  rate: { type: 'string', multiple: true },
  value: { type: 'string', multiple: true },
} as const

const usage = `sluice rollout ls
sluice rollout plan FLAG|PLAN.json|ID              what its stages will see, how long it takes, what is wrong with it
sluice rollout create FLAG|PLAN.json [--start]     plan one; a flag alone is enough
sluice rollout get FLAG|ID [-w|--watch]            where it stands; -w stays and follows
sluice rollout watch FLAG|ID [--until GOAL]        comes back at the goal, when it is rolled back, or late
sluice rollout rehearse FLAG                       one made-up user there and back, timed; ticks "Rollback tested"
sluice rollout start|hold|resume FLAG|ID
sluice rollout proceed|rollback FLAG|ID [--to PERCENT]
sluice rollout takeover FLAG|ID --to PERCENT
sluice rollout history FLAG|ID
sluice rollout report FLAG|ID                      one self-contained HTML page on stdout
sluice rollout log FLAG|ID                         the deployment log, as Markdown
sluice rollout note FLAG|ID TEXT                   a note into the log
sluice rollout replay FLAG|ID                      runs its decisions again from what was recorded; code 1 if they differ

  --units-per-day N, --rate error=0.01, --value latency_ms=800,3000 (median, p95)
                 plan: the traffic to expect, in place of what the flag has had
  --until GOAL   decided (unless said): it is over, or needs a person; stage:50: it has got that far; completed
  --timeout TIME of watch: 24h unless said
  --env NAME     production unless said (or SLUICE_ENVIRONMENT)
  --reason TEXT  kept in the log
  --json         JSON on stdout (with -w one document a line)

Exit codes: 0 ok, 3 breached or rolled back, 4 waiting for a person, 5 timeout.`

const actions = ['start', 'proceed', 'hold', 'resume', 'rollback', 'takeover'] as const
interface Flags {
  readonly json: boolean
  readonly reason?: string
  readonly to?: string
  readonly start: boolean
  readonly watch: boolean
  readonly until: string
  readonly timeout: string
}

/** `sluice rollout …`: everything about rollouts. */
export const rolloutCommand: Command = {
  name: 'rollout',
  summary: 'plan, start, watch and act on rollouts',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const [verb = '', name, text] = positionals
    const to = connect(values.env)
    if (verb === 'ls') return ls(to, values, output)
    if (name === undefined) throw new UsageError('Expected a flag or the id of a rollout.')
    if (verb === 'plan') return previewPlan(to, name, values, output)
    if (verb === 'create') return create(to, name, values, output)
    const path = `/rollouts/${encodeURIComponent(name)}`
    const action = actions.find((known) => known === verb)
    if (action) return act(to, path, action, values, output)
    if (verb === 'watch') return watchRollout(to, path, values, output)
    if (verb === 'rehearse') return rehearse(to, name, values, output)
    if (verb === 'get') return values.watch ? watchRollout(to, path, values, output) : get(to, path, values, output)
    if (verb === 'history') {
      const { items } = await to.inside<{ items: DecisionEvent[] }>('GET', `${path}/decisions`)
      output.out(values.json ? JSON.stringify({ items }) : items.map(decisionText).join('\n'))
      return exitCodes.ok
    }
    if (verb === 'replay') return replayRollout(to, path, values, output)
    if (verb === 'report') {
      output.out(await to.text(`${path}/report?format=${values.json ? 'json' : 'html'}`))
      return exitCodes.ok
    }
    if (verb === 'log') {
      output.out((await to.text(`${path}/log?format=${values.json ? 'json' : 'md'}`)).trimEnd())
      return exitCodes.ok
    }
    if (verb === 'note') {
      if (text === undefined) throw new UsageError('Expected the text of the note: sluice rollout note FLAG "TEXT".')
      const answer = await to.inside<{ decision: DecisionEvent }>('POST', `${path}/notes`, { text })
      output.out(values.json ? JSON.stringify(answer) : decisionText(answer.decision))
      return exitCodes.ok
    }
    throw new UsageError(`There is no "sluice rollout ${verb}".`)
  },
}

async function ls(to: Connection, { json }: Flags, { out }: Output): Promise<ExitCode> {
  const { items } = await to.inside<{ items: Rollout[] }>('GET', '/rollouts')
  if (json) out(JSON.stringify({ items }))
  else if (items.length === 0) out('No rollout yet. Next: sluice rollout create FLAG --start')
  else
    for (const { flag, state, exposure, why, id } of items)
      out(`${flag}  ${state}  ${exposure.set} %  ${id}\n  ${why.sentence}`)
  return exitCodes.ok
}

async function create(
  to: Connection,
  name: string,
  { start, reason, json }: Flags,
  { out }: Output,
): Promise<ExitCode> {
  const plan = await readPlan(name)
  const rollout = await to.inside<Rollout>(
    'POST',
    `/rollouts${start ? '?start=true' : ''}`,
    reason === undefined ? plan : { ...plan, reason },
  )
  out(
    json
      ? JSON.stringify(rollout)
      : [
          rolloutText(rollout),
          ...rollout.notes.map((note) => `Note      ${note}`),
          ...(start ? [] : [`Next: sluice rollout start ${rollout.flag}`]),
        ].join('\n'),
  )
  return exitCodes.ok
}

async function act(
  to: Connection,
  path: string,
  action: string,
  { reason, to: share, json }: Flags,
  { out }: Output,
): Promise<ExitCode> {
  if (share !== undefined && !(Number(share) >= 0 && Number(share) <= 100))
    throw new UsageError(`Expected --to as a percentage from 0 to 100; got "${share}".`)
  const body = {
    action,
    ...(reason === undefined ? {} : { reason }),
    ...(share === undefined ? {} : { to: Number(share) }),
  }
  const answer = await to.inside<{ rollout: Rollout; decision: DecisionEvent | null }>('POST', `${path}/actions`, body)
  out(
    json
      ? JSON.stringify(answer)
      : `${answer.decision ? decisionText(answer.decision) : action}\n${rolloutText(answer.rollout)}`,
  )
  const { decision } = answer
  if (!json && decision && decision.from !== decision.to) out(await confirm(to, decision.revision))
  return exitCodes.ok
}

async function get(to: Connection, path: string, { json }: Flags, { out }: Output): Promise<ExitCode> {
  const rollout = await to.inside<Rollout>('GET', path)
  out(json ? JSON.stringify(rollout) : rolloutText(rollout))
  return codeOf(rollout)
}
