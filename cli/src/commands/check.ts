import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import type { Check, CheckResultInput, Rollout } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Command, Output } from '../command.ts'
import { connect } from '../connection.ts'
import type { Connection } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'

const options = {
  env: { type: 'string' },
  note: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

const usage = `sluice check ls FLAG|ID                       the checklist of a rollout
sluice check pass|fail|reopen FLAG|ID ITEM
sluice check skip FLAG|ID ITEM --note WHY
sluice check run FLAG|ID ITEM -- COMMAND …     runs it here and posts how it ended

  --note TEXT    kept beside the answer
  --env NAME     production unless said (or SLUICE_ENVIRONMENT)
  --json         JSON on stdout

Exit codes: 0 ok, 3 the command failed, 4 something is still open (ls).`

const answers = { pass: 'passed', fail: 'failed', skip: 'skipped', reopen: 'open' } as const
const marks: Readonly<Record<Check['state'], string>> = { open: '☐', passed: '☑', failed: '✖', skipped: '↷' }

/** `sluice check`: checklists of rollouts, ticked by hand or by a command. */
export const checkCommand: Command = {
  name: 'check',
  summary: 'checklists: tick, skip, or let a command answer',
  usage,
  options,
  async run(args, output) {
    const end = args.indexOf('--')
    const { values, positionals } = parseArgs({
      args: end < 0 ? [...args] : args.slice(0, end),
      allowPositionals: true,
      options,
    })
    const [verb = 'ls', name, item] = positionals
    if (name === undefined) throw new UsageError('Expected a flag or the id of a rollout.')
    const to = connect(values.env)
    const path = `/rollouts/${encodeURIComponent(name)}`
    if (verb === 'ls') {
      const rollout = await to.inside<Rollout>('GET', path)
      output.out(values.json ? JSON.stringify({ items: rollout.checklist }) : checklistText(rollout))
      return rollout.waitingFor.some(({ code }) => code === 'checklist') ? exitCodes.waiting : exitCodes.ok
    }
    if (item === undefined) throw new UsageError(`Expected an item: sluice check ${verb} ${name} ITEM.`)
    const note = values.note === undefined ? {} : { note: values.note }
    if (verb === 'run') {
      const [command, ...rest] = end < 0 ? [] : args.slice(end + 1)
      if (command === undefined)
        throw new UsageError('Expected a command after "--": sluice check run FLAG ITEM -- npm test.')
      const ended = await runCommand(command, rest, output)
      await post(to, path, { item, ...ended, ...note }, values.json, output)
      return ended.exitCode === 0 ? exitCodes.ok : exitCodes.breached
    }
    if (!Object.hasOwn(answers, verb)) throw new UsageError(`There is no "sluice check ${verb}".`)
    await post(to, path, { item, state: answers[verb as keyof typeof answers], ...note }, values.json, output)
    return exitCodes.ok
  },
}

async function post(
  to: Connection,
  path: string,
  body: CheckResultInput,
  isJson: boolean,
  { out }: Output,
): Promise<ExitCode> {
  const answer = await to.inside<{ rollout: Rollout }>('POST', `${path}/checks`, body)
  out(isJson ? JSON.stringify(answer) : `${checklistText(answer.rollout)}\n${answer.rollout.why.sentence}`)
  return exitCodes.ok
}

const mostOutput = 4000

/** What the command prints is shown as it comes; its end is kept. */
function runCommand(
  command: string,
  args: readonly string[],
  { err }: Output,
): Promise<{ state: 'passed' | 'failed'; exitCode: number; output: string }> {
  return new Promise((resolve) => {
    let tail = ''
    const keep = (chunk: Buffer): void => {
      const text = chunk.toString()
      err(text.replace(/\n$/, ''))
      tail = (tail + text).slice(-mostOutput)
    }
    const child = spawn(command, args, { stdio: ['inherit', 'pipe', 'pipe'] })
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', ({ message }) => resolve({ state: 'failed', exitCode: 127, output: message }))
    child.on('close', (code) => resolve({ state: code === 0 ? 'passed' : 'failed', exitCode: code ?? 1, output: tail }))
  })
}

function checklistText({ checklist, plan }: Rollout): string {
  if (checklist.length === 0) return 'Nothing is on its checklist.'
  const width = Math.max(...checklist.map(({ id }) => id.length))
  const groups = Map.groupBy(checklist, ({ stage }) => stage)
  return [...groups]
    .flatMap(([stage, items]) => [
      stage < 0 ? 'Before the start' : `Before ${plan.stages[stage]?.percent} % is left`,
      ...items.map(({ id, text, state, detail, note, actor }) => {
        const how = [detail, note && `${note}`, actor?.name].filter(Boolean).join(' · ')
        return `  ${marks[state]} ${id.padEnd(width)}  ${text}${how === '' ? '' : `  (${how})`}`
      }),
    ])
    .join('\n')
}
