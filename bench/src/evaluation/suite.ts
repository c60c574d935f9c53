import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { murmur3 } from '@sluice/core/evaluation'
import { failuresOf, measureHash, mintedSalts, rateSpread, unitKinds } from '../../../core/testing/hash-quality.ts'
import type { Suite, SuiteOptions } from '../suite.ts'
import { type Goal, goal, goalsText } from './goals.ts'
import { peers } from './peers/index.ts'

const run = promisify(execFile)
const scenarios = ['a', 'b', 'c', 'd', 'e'] as const
type Times = Readonly<Record<string, number>>

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const nodeFlags = [
  '--conditions=@sluice/source',
  '--disable-warning=ExperimentalWarning',
  '--expose-gc',
  '--max-semi-space-size=512',
]

/** What a worker prints as its last line. */
async function ask<T>(script: string, args: readonly string[], more: readonly string[] = []): Promise<T> {
  const { stdout } = await run(process.execPath, [...nodeFlags, ...more, file(script), ...args], { maxBuffer: 2 ** 24 })
  return (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { found: T }).found
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const usualRounds = 5

/** Evaluation beside its limit and its peers: every process fresh, peers in turn within a round, medians over rounds. */
export const suite: Suite = async ({ repetitions, only, tell }) => {
  const rounds = repetitions ?? usualRounds
  const names = Object.keys(peers).filter(
    (name) => only === null || name.includes(only) || ['minimal', 'sluice', 'sluice-counting'].includes(name),
  )
  const times = await timesOf(names, rounds, tell)
  tell('bytes')
  const bytes = await bytesOf(names)
  tell('all flags, changes, recording, import, propagation')
  const found = await extrasOf(rounds)
  const goals = goalsOf(times, bytes, found)
  const figures = {
    ...surroundings(),
    seeds: { users: 42, pairs: 7, salts: 1 },
    rounds,
    times,
    allocated: bytes,
    ...found,
    goals,
  }
  const table = text(names, times, bytes, goals)
  const page = `# Evaluation\n\n\`\`\`text\n${table}\n\`\`\`\n`
  return {
    text: table,
    figures,
    missed: goals.filter(({ met }) => !met).length,
    files: [{ path: 'docs/benchmarks/evaluation.md', text: page }],
  }
}

async function timesOf(
  names: readonly string[],
  rounds: number,
  tell: SuiteOptions['tell'],
): Promise<Readonly<Record<string, Times>>> {
  const all: Record<string, Times[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 1; round <= rounds; round++)
    for (const name of names) {
      tell(`round ${round} of ${rounds}: ${name}`)
      all[name]?.push(await ask<Times>('worker.ts', [name, scenarios.join('')]))
    }
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(
        scenarios.map((scenario) => [scenario, median((all[name] ?? []).map((one) => one[scenario]!))]),
      ),
    ]),
  )
}

async function bytesOf(names: readonly string[]): Promise<Readonly<Record<string, Times>>> {
  const found: Record<string, Times> = {}
  // Young objects must not be collected while they are counted.
  for (const name of names)
    found[name] = await ask<Times>('worker.ts', [name, 'ae', 'bytes'], ['--min-semi-space-size=512'])
  return found
}

interface Extras {
  readonly allFlagsNs: number
  readonly bytes: { readonly counted: number; readonly details: number }
  readonly changeUs: number
  readonly recording: { readonly bound: number; readonly byKey: number }
  readonly sketching: { readonly error: number; readonly sent: number; readonly mergeUs: number }
  readonly importMs: Readonly<Record<'sluice' | 'growthbook' | 'unleash', number>>
  readonly propagationMs: { readonly p50: number; readonly p99: number; readonly lastOfCrowd: number }
  readonly hash: { readonly failures: readonly string[]; readonly spread: number }
}

async function extrasOf(rounds: number): Promise<Extras> {
  const several = async <T extends object>(what: string): Promise<T> => {
    const found: T[] = []
    for (let round = 0; round < rounds; round++) found.push(await ask<T>('extras.ts', [what]))
    return Object.fromEntries(
      Object.keys(found[0] ?? {}).map((name) => [name, median(found.map((one) => (one as Times)[name]!))]),
    ) as T
  }
  const allFlags: number[] = []
  const changes: number[] = []
  for (let round = 0; round < rounds; round++) {
    allFlags.push(await ask<number>('extras.ts', ['all']))
    changes.push(await ask<number>('extras.ts', ['change']))
  }
  return {
    allFlagsNs: median(allFlags),
    changeUs: median(changes),
    bytes: await ask('extras.ts', ['bytes'], ['--min-semi-space-size=512']),
    recording: await several('recording'),
    sketching: await several('sketching'),
    importMs: await importsOf(rounds),
    propagationMs: await ask('propagation.ts', []),
    hash: hashQuality(),
  }
}

/** The SDK as it is published: built, with the evaluator inside. */
const builtSdk = fileURLToPath(new URL('../../../sdk/dist/sdk/src/index.js', import.meta.url))

async function importsOf(rounds: number): Promise<Extras['importMs']> {
  const found: Record<string, number[]> = { sluice: [], growthbook: [], unleash: [] }
  for (let round = 0; round < rounds; round++)
    for (const name of Object.keys(found)) found[name]?.push(await ask('import-cost.ts', [name, builtSdk]))
  return {
    sluice: median(found['sluice']!),
    growthbook: median(found['growthbook']!),
    unleash: median(found['unleash']!),
  }
}

function hashQuality(): Extras['hash'] {
  const place = (salt: string, unit: string) => murmur3(`${salt}:${unit}`) / 2 ** 32
  const failures = Object.entries(unitKinds).flatMap(([kind, unit]) => {
    const units = Array.from({ length: 100_000 }, (_, i) => unit(i))
    return failuresOf(measureHash(place, mintedSalts(40), units)).map((name) => `${kind}: ${name}`)
  })
  const units = Array.from({ length: 10_000 }, (_, i) => `user_${i}`)
  return { failures, spread: rateSpread(place, mintedSalts(1000), units) }
}

function goalsOf(
  times: Readonly<Record<string, Times>>,
  bytes: Readonly<Record<string, Times>>,
  found: Extras,
): Goal[] {
  const ratio = (name: string, scenario: string): number => times[name]![scenario]! / times['minimal']![scenario]!
  // What a measurement of the heap cannot tell from nothing.
  const grain = 1
  const allocated = Math.max(found.bytes.counted, bytes['sluice-counting']!['a']!, bytes['sluice-counting']!['e']!)
  return [
    goal('T1', 'a: a sticky half, against the minimal function', ratio('sluice', 'a'), 1.6),
    goal('T2', 'a, every exposure counted', ratio('sluice-counting', 'a'), 2.2),
    goal('T3', 'b: three conditions and a quarter', ratio('sluice', 'b'), 2),
    goal('T4', 'c: four variants', ratio('sluice', 'c'), 1.6),
    goal('T5', 'd: 1,000 flags, 100,000 users', ratio('sluice', 'd'), 1.5),
    goal('T6', 'e: a list of 10,000', ratio('sluice', 'e'), 1.5),
    goal(
      'T7',
      'all 1,000 flags of one user, against 1,000 minimal calls',
      found.allFlagsNs / 1000 / times['minimal']!['a']!,
      0.4,
    ),
    goal('T8', 'bytes an evaluation, counted (below 1 is none)', allocated < grain ? 0 : allocated, 0, 'B'),
    goal('T8', 'bytes an evaluation whose details are read', found.bytes.details, 64, 'B'),
    goal('T10', 'one changed flag of 10,000, to its first answer', found.changeUs, 50, 'us'),
    goal('T12', 'import and first answer, against GrowthBook', found.importMs.sluice / found.importMs.growthbook, 0.5),
    goal('T18', 'change accepted to SDK, p50', found.propagationMs.p50, 5, 'ms'),
    goal('T18', 'change accepted to SDK, p99', found.propagationMs.p99, 25, 'ms'),
    goal('T18', 'change accepted to the last of 1,000 streams', found.propagationMs.lastOfCrowd, 50, 'ms'),
    goal('T20', 'an AI call recorded, its series at hand', found.recording.bound, 15, 'ns'),
    goal('T20', 'an AI call recorded, by name', found.recording.byKey, 60, 'ns'),
    goal('T21', 'error of a quantile', found.sketching.error, 0.8, '%'),
    goal('T21', 'bytes of 262,144 latencies', found.sketching.sent, 1024, 'B'),
    goal('T21', 'two sketches merged', found.sketching.mergeUs, 5, 'us'),
    goal('T25', 'failed checks of the hash (correlation, runs, evenness)', found.hash.failures.length, 0, ''),
    goal('T25', 'exposure rates scatter as chance would: distance from 1', Math.abs(found.hash.spread - 1), 0.07, ''),
  ]
}

function text(
  names: readonly string[],
  times: Readonly<Record<string, Times>>,
  bytes: Readonly<Record<string, Times>>,
  goals: readonly Goal[],
): string {
  const cell = (name: string, scenario: string): string => {
    const value = times[name]![scenario]!
    const ratio = value / times['minimal']![scenario]!
    return `${value.toFixed(0)} (x${ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3)})`.padStart(16)
  }
  const rows = names.map(
    (name) =>
      `${name.padEnd(16)}${scenarios.map((scenario) => cell(name, scenario)).join('')}${bytes[name]!['a']!.toFixed(0).padStart(10)}${bytes[name]!['e']!.toFixed(0).padStart(10)}`,
  )
  const head = `${'CPU ns'.padEnd(16)}${scenarios.map((scenario) => scenario.padStart(16)).join('')}${'B (a)'.padStart(10)}${'B (e)'.padStart(10)}`
  const { node, cpu, load, versions } = surroundings()
  return [
    `Evaluation, Node ${node}, ${cpu}, load ${load}`,
    'a: sticky 50 %. b: three conditions, 25 %. c: four variants. d: 1,000 flags, 100,000 users. e: a list of 10,000.',
    '',
    head,
    ...rows,
    '',
    `Peers: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}. Their metrics and events are off.`,
    'Known inequalities: the OpenFeature SDK is measured around the minimal function; launchdarkly, openfeature and posthog answer by promise.',
    '',
    goalsText(goals),
  ].join('\n')
}

const peerPackages = [
  'unleash-client',
  '@openfeature/flagd-core',
  '@growthbook/growthbook',
  '@launchdarkly/node-server-sdk',
  '@openfeature/server-sdk',
  'posthog-node',
]

function surroundings() {
  const { devDependencies } = createRequire(import.meta.url)('../../package.json') as {
    devDependencies: Record<string, string>
  }
  return {
    node: process.version,
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    load: loadavg()[0]?.toFixed(1) ?? '',
    date: new Date().toISOString(),
    versions: Object.fromEntries(peerPackages.map((name) => [name, devDependencies[name] ?? ''])),
  }
}
