import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { ConfigChange, ConfigFile, ConfigPlan } from '@sluice/contract'
import { stringify } from 'yaml'
import { UsageError } from '../command.ts'
import type { Command, Output } from '../command.ts'
import { faultsText, readConfigFile } from '../config-file.ts'
import { RequestError, connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'

const common = `  FILE           sluice.yaml unless said; JSON works too
  --env NAME     the environment; else the file's, else production (or SLUICE_ENVIRONMENT)
  --json         JSON on stdout`
const pruning = '  --prune        delete flags, and segments if it has any, that the file does not name'

const switchOption = { type: 'boolean', default: false } as const
const textOption = { type: 'string' } as const
const commonOptions = { env: textOption, json: switchOption } as const
const planOptions = { ...commonOptions, prune: switchOption, out: textOption, 'exit-code': switchOption } as const
const applyOptions = { ...commonOptions, prune: switchOption, yes: switchOption, reason: textOption } as const
const driftOptions = { ...commonOptions, 'exit-code': switchOption } as const
const exportOptions = { env: textOption, format: { type: 'string', default: 'yaml' } } as const

/** What `plan --out` writes and `apply` reads: the file, and the revision at which its effect was shown. */
interface SavedPlan {
  readonly schema: 'sluice.plan/1'
  readonly environment: string
  readonly prune: boolean
  readonly config: ConfigFile
  readonly plan: ConfigPlan
}

/** `sluice plan`: what a file would change. */
export const planCommand: Command = {
  name: 'plan',
  summary: 'what sluice.yaml would change',
  usage: `sluice plan [FILE] [--out plan.json] [--exit-code]

${common}
${pruning}
  --out PATH     keep the plan: sluice apply PATH does this and nothing else
  --exit-code    6 when something would change`,
  options: planOptions,
  async run(args, output) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: planOptions })
    const { environment, config, plan } = await planFile(positionals, values)
    const saved: SavedPlan = { schema: 'sluice.plan/1', environment, prune: values.prune, config, plan }
    if (values.out !== undefined) await writeFile(values.out, `${JSON.stringify(saved, null, 2)}\n`)
    output.out(values.json ? JSON.stringify(plan) : planText(environment, plan))
    if (values.out !== undefined) output.err(`Kept in ${values.out}. Next: sluice apply ${values.out}`)
    return values['exit-code'] && changesOf(plan).length > 0 ? exitCodes.changes : exitCodes.ok
  },
}

/** `sluice apply`: does what a plan said. */
export const applyCommand: Command = {
  name: 'apply',
  summary: 'do what the plan of sluice.yaml said, all of it or nothing',
  usage: `sluice apply [FILE|plan.json] [--yes] [--reason TEXT]

${common}
${pruning}
  --yes          without asking; needed where nobody can be asked
  --reason TEXT  kept in the log

Never switches a killed flag on, moves a share in flight, or ends a rollout.`,
  options: applyOptions,
  async run(args, output) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: applyOptions })
    const saved = await readSaved(positionals[0])
    const planned = saved ?? (await planFile(positionals, values))
    const { environment, config, plan } = planned
    const prune = saved?.prune ?? values.prune
    if (changesOf(plan).length === 0) {
      output.out(values.json ? JSON.stringify(plan) : planText(environment, plan))
      return exitCodes.ok
    }
    if (!values.json) output.err(planText(environment, plan))
    if (!values.yes && !(await isAgreed(output)))
      throw new UsageError(`Nothing was changed. To apply it: sluice apply ${positionals[0] ?? 'sluice.yaml'} --yes`)
    const query = new URLSearchParams({ revision: String(plan.revision), prune: String(prune) })
    if (values.reason !== undefined) query.set('reason', values.reason)
    const applied = await connect(environment).inside<ConfigPlan>('POST', `/config/apply?${query}`, config)
    output.out(values.json ? JSON.stringify(applied) : `Applied to ${environment}, revision ${applied.revision}.`)
    return exitCodes.ok
  },
}

/** `sluice drift`: how the server differs from the file. */
export const driftCommand: Command = {
  name: 'drift',
  summary: 'where the server is no longer what sluice.yaml says',
  usage: `sluice drift [FILE] [--exit-code]

${common}
  --exit-code    6 when something has drifted

Shares in flight, kills and list entries that expire are people's and the engine's, and no drift.`,
  options: driftOptions,
  async run(args, output) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: driftOptions })
    const { environment, plan } = await planFile(positionals, { ...values, prune: false })
    const drift = {
      changed: plan.changes.filter(({ op }) => op === 'update'),
      missing: plan.changes.filter(({ op }) => op === 'create'),
      unmanaged: plan.unmanaged,
      unmanagedSegments: plan.unmanagedSegments,
      running: plan.changes.filter(({ op }) => op === 'keep'),
    }
    const found = drift.changed.length + drift.missing.length + drift.unmanaged.length + drift.unmanagedSegments.length
    output.out(values.json ? JSON.stringify(drift) : driftText(environment, drift))
    return values['exit-code'] && found > 0 ? exitCodes.changes : exitCodes.ok
  },
}

/** `sluice export`: what is there, as a file. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'write what is there as sluice.yaml',
  usage: `sluice export [--format yaml|json] [--env NAME] > sluice.yaml`,
  options: exportOptions,
  async run(args, output) {
    const { values } = parseArgs({ args: [...args], options: exportOptions })
    if (values.format !== 'yaml' && values.format !== 'json')
      throw new UsageError(`Expected --format yaml or json; got "${values.format}".`)
    const connection = connect(values.env)
    const config = await connection.inside<ConfigFile>('GET', '/config/export')
    const schema = `${connection.url}/api/v1/config-file.schema.json`
    const text =
      values.format === 'json'
        ? JSON.stringify({ $schema: schema, ...config }, null, 2)
        : // "on" and "off" stay texts also for readers of YAML 1.1.
          `# yaml-language-server: $schema=${schema}\n${stringify(config, { version: '1.1' })}`
    output.out(text.trimEnd())
    return exitCodes.ok
  },
}

interface Chosen {
  readonly env?: string | undefined
  readonly prune: boolean
}

async function planFile([path = 'sluice.yaml', ...extra]: readonly string[], { env, prune }: Chosen) {
  if (extra.length > 0) throw new UsageError('Expected one file.')
  const { config, lineOf } = await readConfigFile(path)
  const connection = connect(env ?? config.environment)
  const plan = await connection
    .inside<ConfigPlan>('POST', `/config/plan?prune=${prune}`, config)
    .catch((error: unknown) => {
      if (error instanceof RequestError && error.faults.length > 0)
        throw new Error(`${error.detail}\n${faultsText(path, error.faults, lineOf)}`, { cause: error })
      throw error
    })
  return { environment: connection.environment, config, plan }
}

async function readSaved(path: string | undefined): Promise<SavedPlan | null> {
  if (path === undefined || !path.endsWith('.json')) return null
  const value = JSON.parse(await readFile(path, 'utf8').catch(() => 'null')) as Partial<SavedPlan> | null
  return value?.schema === 'sluice.plan/1' ? (value as SavedPlan) : null
}

async function isAgreed({ terminal, err }: Output): Promise<boolean> {
  if (!terminal || process.stdin.isTTY !== true) return false
  const { createInterface } = await import('node:readline/promises')
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question('Apply this? [y/N] ')
  ask.close()
  err('')
  return /^y(es)?$/i.test(answer.trim())
}

const changesOf = ({ changes }: ConfigPlan): readonly ConfigChange[] => changes.filter(({ op }) => op !== 'keep')
const marks: Readonly<Record<ConfigChange['op'], string>> = { create: '+', update: '~', delete: '-', keep: '=' }

function changeText({ op, kind, key, fields, effect }: ConfigChange): string {
  const shown = fields.slice(0, 20).map(({ pointer, from, to }) => `      ${pointer}: ${short(from)} → ${short(to)}`)
  const more = fields.length > shown.length ? [`      … and ${fields.length - shown.length} more`] : []
  return [`  ${marks[op]} ${kind} ${key}: ${effect}`, ...shown, ...more].join('\n')
}

function short(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** What would happen, where; with the count as the last line. */
function planText(environment: string, plan: ConfigPlan): string {
  const count = (op: ConfigChange['op']) => plan.changes.filter((change) => change.op === op).length
  const left = [...plan.unmanaged, ...plan.unmanagedSegments.map((name) => `segment ${name}`)]
  const kept = left.length > 0 ? [`  Not in the file, left alone: ${left.join(', ')}`] : []
  if (plan.changes.length === 0) return [`${environment}: nothing to do.`, ...kept].join('\n')
  return [
    `${environment}:`,
    ...plan.changes.map(changeText),
    ...kept,
    `${count('create')} to create, ${count('update')} to change, ${count('delete')} to delete, ${count('keep')} kept as they are.`,
  ].join('\n')
}

interface Drift {
  readonly changed: readonly ConfigChange[]
  readonly missing: readonly ConfigChange[]
  readonly unmanaged: readonly string[]
  readonly unmanagedSegments: readonly string[]
  readonly running: readonly ConfigChange[]
}

function driftText(environment: string, { changed, missing, unmanaged, unmanagedSegments, running }: Drift): string {
  const lines = [
    ...changed.map((change) => `  changed    ${changeText(change).trim()}`),
    ...missing.map(({ kind, key }) => `  missing    ${kind} ${key}`),
    ...unmanaged.map((key) => `  unmanaged  flag ${key}`),
    ...unmanagedSegments.map((name) => `  unmanaged  segment ${name}`),
    ...running.map(({ key, effect }) => `  running    rollout ${key}: ${effect}`),
  ]
  return lines.length === 0 ? `${environment}: as the file says.` : [`${environment}:`, ...lines].join('\n')
}
