// What only Sluice is measured for: all flags of one user, a changed flag, an AI call recorded. One line of JSON.
import {
  ExposureCounts,
  type Outcome,
  compileFlagSet,
  evaluate,
  evaluateAll,
  replaceFlags,
} from '@sluice/core/evaluation'
import { Sketch } from '@sluice/core/statistics'
import { bytesOf, cpuNs, timeOf } from './measure.ts'
import { nativeFlag, nativeSet } from './peers/sluice.ts'
import { generator, scenarioOf } from './scenario.ts'

const now = Date.UTC(2026, 10, 20)
const scenario = scenarioOf('d')
const contexts = scenario.users.map(({ id, ...rest }) => ({ targetingKey: id, ...rest }))
const keys = scenario.flags.map(({ key }) => key)

/** All flags for one user after the other, per user. */
async function allFlags(): Promise<number> {
  const flags = compileFlagSet(nativeSet(scenario))
  let user = 0
  let on = 0
  const count = (_: string, { value }: Outcome): void => {
    on += value === true ? 1 : 0
  }
  const time = await timeOf((n) => {
    for (let i = 0; i < n; i++, user = (user + 1) % contexts.length) {
      const context = contexts[user] as (typeof contexts)[number]
      evaluateAll(flags, context, now, count)
    }
  })
  if (on === 0) throw new Error('No flag was on.')
  return time
}

/** Bytes of an evaluation that is counted, and of one whose details are read. */
async function bytes(): Promise<{ counted: number; details: number }> {
  const flags = compileFlagSet(nativeSet(scenario))
  const counts = new ExposureCounts()
  // A flag is compiled at its first evaluation, and an outcome gets its counter at its first.
  for (let i = 0; i < 200_000; i++)
    counts.add(evaluate(flags, keys[i % keys.length] as string, contexts[i % contexts.length] as never, now))
  const counted = await bytesOf((n) => {
    for (let i = 0; i < n; i++) {
      const key = keys[i % keys.length] as string
      counts.add(evaluate(flags, key, contexts[(i * 7919) % contexts.length] as never, now))
    }
  })
  let sink = 0
  const details = await bytesOf((n) => {
    for (let i = 0; i < n; i++) {
      const context = contexts[(i * 7919) % contexts.length] as (typeof contexts)[number]
      const { variant, reason, rule } = evaluate(flags, keys[i % keys.length] as string, context, now)
      if (variant === 'on' && reason === 'RULE' && rule !== null) sink += 1
    }
  })
  return { counted, details: sink < 0 ? Number.NaN : details }
}

/** Microseconds of CPU to take in one changed flag among 10,000, until its first answer. */
function oneChange(): number {
  const flags = Array.from({ length: 10_000 }, (_, i) => ({ ...scenario.flags[i % 1000]!, key: `flag-${i}` }))
  let compiled = compileFlagSet(nativeSet({ flags, listed: [] }))
  const context = contexts[0] as (typeof contexts)[number]
  for (const { key } of flags) evaluate(compiled, key, context, now)
  const changes = 2000
  const given = Array.from({ length: changes }, (_, i) => {
    const flag = flags[(i * 7) % flags.length]!
    return { key: flag.key, native: JSON.stringify(nativeFlag({ ...flag, percent: i % 100 }, [])) }
  })
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const before = cpuNs()
    for (const [i, { key, native }] of given.entries()) {
      compiled = replaceFlags(compiled, { [key]: JSON.parse(native) as unknown }, 2 + i)
      evaluate(compiled, key, context, now)
    }
    times.push((cpuNs() - before) / changes / 1000)
  }
  return times.toSorted((a, b) => a - b)[2] as number
}

interface Series {
  calls: number
  errors: number
  latency: Sketch
}

/** Nanoseconds to count one AI call: two counters and a latency, with its series at hand and looked up by name. */
async function recording(): Promise<{ bound: number; byKey: number }> {
  const random = generator(3)
  const latencies = Float64Array.from(
    { length: 4096 },
    () => 800 * Math.exp(0.6 * (random() + random() + random() - 1.5) * 2),
  )
  const make = (): Series => ({ calls: 0, errors: 0, latency: new Sketch() })
  const names = Array.from({ length: 64 }, (_, i) => `flag-${i >> 1}:${i % 2 === 0 ? 'on' : 'off'}`)
  const byName = new Map(names.map((name) => [name, make()]))
  const one = make()
  const record = (series: Series, latencyMs: number, failed: number): void => {
    series.calls += 1
    series.errors += failed
    series.latency.add(latencyMs)
  }
  const bound = await timeOf((n) => {
    for (let i = 0; i < n; i++) record(one, latencies[i & 4095] as number, i & 1)
  })
  const byKey = await timeOf((n) => {
    for (let i = 0; i < n; i++)
      record(byName.get(names[i & 63] as string) as Series, latencies[i & 4095] as number, i & 1)
  })
  return { bound, byKey }
}

/** The error of quantiles in percent, the bytes of a day's calls, and microseconds to merge two. */
async function sketching(): Promise<{ error: number; sent: number; mergeUs: number }> {
  const random = generator(5)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const values = Array.from({ length: 262_144 }, () => 800 * Math.exp(0.6 * normal()))
  const sketch = new Sketch()
  for (const value of values) sketch.add(value)
  const sorted = Float64Array.from(values).sort()
  let error = 0
  for (let p = 0.001; p <= 1; p += 0.001) {
    const exact = sorted[Math.ceil(p * sorted.length) - 1] as number
    error = Math.max(error, (100 * Math.abs((sketch.quantile(p) as number) - exact)) / exact)
  }
  const into = Sketch.decode(sketch.encode()) as Sketch
  const mergeUs =
    (await timeOf((n) => {
      for (let i = 0; i < n; i++) into.merge(sketch)
    })) / 1000
  return { error, sent: sketch.encode().length, mergeUs }
}

const what = process.argv[2]
const work = { all: allFlags, bytes, change: oneChange, recording, sketching }[what as 'all']
console.log(JSON.stringify({ found: await work() }))
