import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { DecisionEvent } from '@sluice/contract'
import { signOf } from '@sluice/core/rollout'
import type { DemoResult, Pace, Scenario } from '@sluice/demo'
import { UsageError } from '../command.ts'
import type { Command, Output } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'
import { elapsedText } from '../simulate/story.ts'
import { untilTold } from './server.ts'

const options = {
  scenario: { type: 'string', default: 'bad' },
  seed: { type: 'string', default: '1' },
  headless: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

const usage = `sluice demo [--scenario bad|good|silence|no-savings|worse-answers] [--seed N] [--headless] [--json]

Starts the server and plays an hour of real LLM traffic through the SDK in a minute, with a rollout over it.

  --headless   on a clock of its own, as fast as it can, without a database file; exit code 1 when it went another way than
               the scenario should
  --json       the decisions as one JSON document (with --headless)`

/** What each scenario has to end in. */
const expected: Readonly<Record<Scenario['name'], (result: DemoResult) => boolean>> = {
  bad: ({ rollout, decisions }) => rollout.state === 'rolled_back' && decisions.at(-1)?.from === 50,
  good: ({ rollout, decisions }) => rollout.state === 'completed' && decisions.every(({ action }) => action !== 'hold'),
  silence: ({ rollout }) => rollout.state === 'held' && rollout.waitingFor.some(({ code }) => code === 'no_data'),
  'no-savings': ({ rollout, decisions }) =>
    rollout.state === 'completed' && decisions.some(({ action }) => action === 'notify'),
  'worse-answers': ({ rollout, decisions }) =>
    rollout.state === 'rolled_back' && (decisions.at(-1)?.why.sentence.startsWith('mean quality') ?? false),
}

/** `sluice demo`: a rollout that goes wrong, and is caught. */
export const demoCommand: Command = {
  name: 'demo',
  summary: 'watch a bad rollout being caught, on real traffic',
  usage,
  options,
  async run(args, output) {
    const { values } = parseArgs({
      args: [...args],
      options,
    })
    const { scenarios } = await import('@sluice/demo')
    const scenario = Object.values(scenarios).find(({ name }) => name === values.scenario)
    if (!scenario)
      throw new UsageError(
        `Expected --scenario as one of ${Object.keys(scenarios).join(', ')}; got "${values.scenario}".`,
      )
    const seed = Number(values.seed)
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new UsageError(`Expected --seed as a whole number; got "${values.seed}".`)
    return values.headless ? headless(scenario, seed, values.json, output) : live(scenario, seed, output)
  },
}

const line = ({ action, from, to, why }: DecisionEvent, elapsedMs: number): string =>
  `  ${signOf(action)} ${elapsedText(elapsedMs * 60).padStart(6)}  ${(from === to ? `${to} %` : `${from} % → ${to} %`).padEnd(12)} ${why.sentence}`

async function headless(scenario: Scenario, seed: number, json: boolean, output: Output): Promise<ExitCode> {
  const { manualClock, readConfig, serverParts, seededRandom, startServer } = await import('@sluice/server')
  const { runDemo } = await import('@sluice/demo')
  const adminKey = randomBytes(32).toString('hex')
  const clock = manualClock(Date.UTC(2026, 0, 1))
  const config = readConfig({
    PORT: '0',
    SLUICE_DATABASE_URL: 'sqlite::memory:',
    SLUICE_ADMIN_KEY: adminKey,
    SLUICE_LOG_LEVEL: 'error',
  })
  const server = await startServer(config, { clock, random: seededRandom(seed), parts: serverParts })
  try {
    const pace: Pace = { now: () => clock.now(), until: (atMs) => clock.advanceTo(atMs) }
    const tell = (decision: DecisionEvent, elapsedMs: number) => {
      if (!json) output.out(line(decision, elapsedMs))
    }
    const result = await runDemo({ url: server.url, adminKey, scenario, seed, pace, tell })
    const asExpected = expected[scenario.name](result)
    const { rollout, decisions } = result
    const told = decisions.map(({ at, action, from, to, stage, why }) => ({ at, action, from, to, stage, why }))
    if (json)
      output.out(
        JSON.stringify({
          schema: 'sluice.demo/1',
          scenario: scenario.name,
          seed,
          asExpected,
          state: rollout.state,
          exposure: rollout.exposure,
          waitingFor: rollout.waitingFor,
          decisions: told,
        }),
      )
    else output.out(`\n${rollout.why.sentence}`)
    if (!asExpected) output.err(`Scenario "${scenario.name}" went another way than it should.`)
    return asExpected ? exitCodes.ok : exitCodes.error
  } finally {
    await server.close()
  }
}

async function live(scenario: Scenario, seed: number, output: Output): Promise<ExitCode> {
  const { readConfig, serverParts, startServer } = await import('@sluice/server')
  const { catalogueCredit, runDemo, seedModels, traceCredit } = await import('@sluice/demo')
  const given = readConfig(process.env)
  const adminKey = given.adminKey ?? randomBytes(32).toString('hex')
  const server = await startServer(
    { ...given, adminKey, logLevel: process.env['SLUICE_LOG_LEVEL'] ? given.logLevel : 'warn' },
    { parts: serverParts },
  )
  output.out(`Sluice is ready at ${server.url}`)
  output.out(`Sign in (once, within an hour): ${server.adminLink}`)
  output.out(`Documentation: ${server.url}/docs/\n`)
  output.out(
    `Demo: ${scenario.story}. A second is a minute of the trace; arrivals and tokens are real, users and outcomes simulated.\n`,
  )
  await seedModels(server.url, adminKey)
  const stop = new AbortController()
  const told = untilTold().then(() => stop.abort())
  const pace: Pace = {
    now: () => Date.now(),
    until: (atMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now()))),
  }
  const show = (decision: DecisionEvent, elapsedMs: number) => output.out(line(decision, elapsedMs))
  await runDemo({ url: server.url, adminKey, scenario, seed, pace, tell: show, signal: stop.signal })
    .then(({ rollout }) => {
      if (stop.signal.aborted) return
      const { units, calls } = rollout.exposure
      output.out(`\n${rollout.why.sentence}`)
      output.out(
        `${units} users and ${calls} calls had the candidate. Report: ${server.url}/api/v1/environments/demo/rollouts/${rollout.id}/report?format=html`,
      )
      output.out(`\n${traceCredit}\n${catalogueCredit}\n`)
      output.out('The server goes on. Connect your own application: open the console, "Connect". Ctrl+C ends it.')
    })
    .catch((error: unknown) =>
      output.err(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`),
    )
  await told
  await server.close()
  return exitCodes.ok
}
