import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readTrace, recordObservations, scenarios } from '@sluice/demo'
import { simulateCommand } from '../commands/simulate.ts'
import { demoPlan } from '@sluice/demo'
import { exitCodes } from '../exit-codes.ts'
import { applyOldRule, parseOldRule } from './old-rule.ts'
import { parseCsvLine } from './parse-csv.ts'
import { parseTime } from './parse-time.ts'
import { elapsedText } from './story.ts'

async function simulated(
  plan: unknown,
  recording: string | Uint8Array,
  name = 'calls.ndjson',
  more: readonly string[] = [],
) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-simulate-'))
  const files = { plan: join(folder, 'plan.json'), calls: join(folder, name) }
  await writeFile(files.plan, typeof plan === 'string' ? plan : JSON.stringify(plan))
  await writeFile(files.calls, recording)
  const said = { out: '', err: '' }
  const output = {
    out: (text: string) => void (said.out += `${text}\n`),
    err: (text: string) => void (said.err += `${text}\n`),
    terminal: false,
  }
  const code = await simulateCommand
    .run([files.plan, '--observations', files.calls, ...more], output)
    .catch((error: Error) => error.message)
  await rm(folder, { recursive: true })
  return { code, ...said }
}

const trace = await readTrace()
const recording = (name: keyof typeof scenarios, seed = 1) =>
  [...recordObservations(trace, scenarios[name], seed)].join('\n')

describe('an hour of real traffic', () => {
  test('has the published number of requests, in order', () => {
    expect(trace.length).toBe(19_366)
    expect(trace.every(({ atMs }, i) => atMs >= (trace[i - 1]?.atMs ?? 0))).toBe(true)
    expect(trace.at(-1)?.atMs).toBeCloseTo(3_501_719, -1)
  })

  test('tells the story of a candidate whose quota breaks at 50 %', async () => {
    const { code, out } = await simulated(demoPlan, recording('bad'))
    expect(code).toBe(exitCodes.breached)
    expect(out).toMatch(/06:00 {2}10 % → 50 % /)
    expect(out).toMatch(
      /stage 50 % +errors \d\.\d+x the baseline \(\d\.\d+x to \d\.\d+x\), limit 1x: .*; \d+ failed calls: rolled back/,
    )
    expect(out).toMatch(
      /Rolled back at 2\d:\d\d\.\nAfter that the recording holds \d+ more candidate calls, \d+ of them failed: spared\./,
    )
    expect(out).toMatch(/The rule "> 5 % failed calls in 5 minutes" would have fired at/)
  })

  test.each([
    ['good', 'completed', ['proceed', 'proceed', 'complete']],
    ['no-savings', 'completed', ['proceed', 'notify', 'proceed', 'complete']],
    ['worse-answers', 'rolled_back', ['proceed', 'rollback']],
    ['silence', 'running', ['proceed']],
  ] as const)('of scenario %s ends %s', async (name, state, actions) => {
    const { out } = await simulated(demoPlan, recording(name), 'calls.ndjson', ['--json'])
    const result = JSON.parse(out) as { state: string; decisions: { action: string }[] }
    expect([result.state, result.decisions.map(({ action }) => action)]).toEqual([state, actions])
  })

  test('is caught in the 50 % stage with every one of 6 seeds, and healthy ones are not rolled back', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const bad = JSON.parse((await simulated(demoPlan, recording('bad', seed), 'c.ndjson', ['--json'])).out) as {
        decisions: { action: string; from: number; elapsedMs: number }[]
      }
      const last = bad.decisions.at(-1)
      expect([seed, last?.action, last?.from]).toEqual([seed, 'rollback', 50])
      expect((last?.elapsedMs ?? 0) / 60_000).toBeGreaterThan(18)
      const good = JSON.parse((await simulated(demoPlan, recording('good', seed), 'c.ndjson', ['--json'])).out) as {
        state: string
      }
      expect([seed, good.state]).toEqual([seed, 'completed'])
    }
  })
})

describe('a log as people have it', () => {
  const rows = (count: number) =>
    Array.from(
      { length: count },
      (_, i) =>
        `2026-11-20 10:00:${String(i % 60).padStart(2, '0')},user${i},${i % 2 ? 'on' : 'off'},${i % 50 === 1 ? 'true' : 'false'},${300 + i}`,
    )

  test('may be CSV with their column names and times without a zone', async () => {
    const { code, out } = await simulated(
      { flag: 'f' },
      ['timestamp,user_id,variant,error,latency_ms', ...rows(200)].join('\r\n'),
      'log.csv',
      ['--json'],
    )
    const result = JSON.parse(out) as {
      observations: { used: number; candidate: number; rejected: unknown[] }
      startedAt: string
    }
    expect(code).toBe(exitCodes.ok)
    expect(result.observations).toMatchObject({ used: 200, candidate: 100, rejected: [] })
    expect(result.startedAt).toBe('2026-11-20T10:00:00.000Z')
  })

  test('lists the lines that make no sense and uses the others', async () => {
    const bad = [
      'not json',
      '{"variant":"on","unit":"u","at":"yesterday","metrics":{}}',
      '{"variant":"on","unit":"u","at":"2026-11-20T10:00:00Z","metrics":{"error":2}}',
      '{"variant":"on","unit":"u","at":"2026-11-20T10:00:00Z","metrics":{"latency_ms":-1}}',
      '{"variant":"on","unit":"\\ud800","at":"2026-11-20T10:00:00Z","metrics":{}}',
      '{"variant":"on","unit":"u","at":"2026-11-20T10:00:00Z","metrics":{},"colour":"red"}',
    ]
    const good = ['off', 'on'].map(
      (variant) => `{"variant":"${variant}","unit":"${variant}1","at":"2026-11-20T10:00:00Z","metrics":{"error":0}}`,
    )
    const { out } = await simulated({ flag: 'f' }, [...good, ...bad].join('\n'), 'c.ndjson', ['--json'])
    const { observations } = JSON.parse(out) as {
      observations: { used: number; rejected: { line: number; message: string }[] }
    }
    expect(observations.used).toBe(2)
    expect(observations.rejected.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8])
    expect(observations.rejected.map(({ message }) => message.split(':')[0])).toEqual([
      'Not JSON',
      '/at',
      '/metrics/error',
      '/metrics/latency_ms',
      '/unit',
      '/colour',
    ])
  })

  test.each([
    ['{', /cannot be read as JSON/],
    [{}, /\/flag: /],
    [{ flag: 'f', stages: [{ percent: 150 }] }, /\/stages\/0\/percent: .*above 100/],
    [{ flag: 'f', stages: [{ percent: 10 }, { percent: 5 }] }, /\/stages\/1\/percent: Shares must rise/],
    [{ flag: 'f', guardrails: [{ metric: 'error' }] }, /exactly one limit/],
    [
      { flag: 'f', guardrails: [{ metric: 'thumbs_up', ratioUnder: 0.9 }] },
      /\/guardrails\/0\/stat: "thumbs_up" is not built in/,
    ],
    [{ flag: 'f', guardrails: [{ metric: 'error', over: 5 }] }, /5 % is 0.05/],
    [{ flag: 'f', color: 1 }, /\/color: Unknown field/],
  ])('refuses the plan %j', async (plan, message) => {
    const row = (variant: string) =>
      `{"variant":"${variant}","unit":"${variant}","at":"2026-11-20T10:00:00Z","metrics":{"error":0}}`
    expect((await simulated(plan, [row('on'), row('off')].join('\n'))).code).toMatch(message)
  })
})

describe('the same calls in another form', () => {
  const start = Date.UTC(2026, 10, 20, 10)
  const calls = Array.from({ length: 1200 }, (_, i) => ({
    ms: start + i * 500,
    unit: `user ${i}`,
    variant: i % 4 === 0 ? 'on' : 'off',
    error: i % (i % 4 === 0 ? 12 : 60) === 0 ? 1 : 0,
    latency: 300 + (i % 90),
  }))
  type Call = (typeof calls)[number]
  const iso = ({ ms }: Call, zone = 'Z', hours = 0) => new Date(ms + hours * 3_600_000).toISOString().replace('Z', zone)
  const csv = (header: string, line: (call: Call) => readonly unknown[], delimiter = ',') =>
    [header, ...calls.map((call) => line(call).join(delimiter))].join('\n')
  const fields = (call: Call) => [iso(call), call.unit, call.variant, call.error, call.latency] as const
  const plain = 'at,unit,variant,error,latency_ms'
  const ndjson = (row: (call: Call) => object) => calls.map((call) => JSON.stringify(row(call))).join('\n')
  const arms = { flag: 'f', candidate: 'on', baseline: 'off' }
  const storyOf = async (log: string | Uint8Array) => {
    const { code, out, err } = await simulated(arms, log)
    return { code, out, err }
  }
  const usual = ndjson((call) => ({
    at: iso(call),
    unit: call.unit,
    variant: call.variant,
    metrics: { error: call.error, latency_ms: call.latency },
  }))

  test.each<[string, string | Uint8Array]>([
    ['packed with gzip', gzipSync(usual)],
    ['CSV with a byte order mark', `\uFEFF${csv(plain, fields).replaceAll('\n', '\r\n')}`],
    ['CSV after an empty line', `\n${csv(plain, fields)}`],
    [
      'CSV with semicolons and decimal commas',
      csv(plain.replaceAll(',', ';'), (call) => [...fields(call).slice(0, 4), `${call.latency},0`], ';'),
    ],
    ['CSV with tabs', csv(plain.replaceAll(',', '\t'), fields, '\t')],
    ['CSV with quoted lines within', csv(`${plain},note`, (call) => [...fields(call), '"a ""b"",\nc"'])],
    ['CSV with columns of text', csv(`${plain},region`, (call) => [...fields(call), 'eu'])],
    ['CSV with words for yes and no', csv(plain, (call) => fields(call).with(3, call.error ? 'True' : 'f'))],
    ['CSV with an offset in hours', csv(plain, (call) => fields(call).with(0, iso(call, '+02', 2).replace('T', ' ')))],
    ['CSV with microseconds', csv(plain, (call) => fields(call).with(0, `${call.ms}000`))],
    ['CSV with nanoseconds', csv(plain, (call) => fields(call).with(0, `${call.ms}000000`))],
    [
      'NDJSON without "metrics"',
      ndjson(({ unit, variant, error, latency, ms }) => ({
        timestamp: ms / 1000,
        user_id: unit,
        variant,
        error,
        latency_ms: latency,
        prompt: 'a\u2028b',
      })),
    ],
    ['in any order', usual.split('\n').toReversed().join('\n')],
  ])('%s tells the same story', async (_, log) => {
    const expected = await storyOf(usual)
    const told = await storyOf(log)
    expect(expected.code).toBe(exitCodes.breached)
    expect(told.out).toBe(expected.out)
    expect(told.err).not.toContain('left out:')
  })

  test('twice decides the same at the same time', async () => {
    const decision = /▼ .* against \d+ of \d+/
    expect(decision.exec((await storyOf(`${usual}\n${usual}`)).out)?.[0]).toBe(
      decision.exec((await storyOf(usual)).out)?.[0],
    )
  })

  test('loses no failure of a call whose other figures are missing', async () => {
    const gap = (word: unknown) => (call: Call) => (call.error ? word : call.latency)
    for (const word of ['NULL', 'None', 'n/a', '\\N', '']) {
      const { out, err } = await storyOf(csv(plain, (call) => fields(call).with(4, gap(word)(call) as string)))
      expect([word, out]).toEqual([word, expect.stringContaining('Rolled back at')])
      expect(err).not.toContain('left out:')
    }
    const nothing = ndjson((call) => ({
      at: iso(call),
      unit: call.unit,
      variant: call.variant,
      metrics: { error: call.error, latency_ms: gap(null)(call) },
    }))
    expect((await storyOf(nothing)).err).not.toContain('left out:')
  })

  test.each<[string, string | Uint8Array, RegExp]>([
    ['one array', `[${usual.replaceAll('\n', ',')}]`, /one JSON array.* jq -c '\.\[\]'|one JSON array.*jq/],
    ['JSON over several lines', JSON.stringify({ observations: [] }, null, 2), /over several lines.*jq/],
    [
      'text of another encoding',
      Buffer.from(`\uFEFF${csv(plain, fields)}`, 'utf16le'),
      /Cannot read .*no text in UTF-8/,
    ],
    ['half of a packed file', gzipSync(usual).subarray(0, 3000), /Cannot read the recording .*unexpected end of file/],
    ['nothing', '', /The recording is empty/],
  ])('is refused as %s, with the remedy', async (_, log, message) => {
    expect((await simulated(arms, log)).code).toMatch(message)
  })

  test('names what has no end, and reads on', async () => {
    const lines = csv(plain, fields).split('\n')
    const { err } = await storyOf(lines.with(3, '2026-11-20T10:00:01Z,"user,on,0,1').join('\n'))
    expect(err).toContain('1 line was left out:\n  line 4: A quote is never closed.')
  })
})

test('a recording without new users for a wider share says why it tells nothing more', async () => {
  const rows = Array.from({ length: 40_000 }, (_, i) => {
    const unit = i % 400
    const metrics = { error: 0, latency_ms: 300 + (i % 50) }
    return {
      at: new Date(Date.UTC(2026, 10, 20) + i * 100).toISOString(),
      unit,
      variant: unit % 2 ? 'on' : 'off',
      metrics,
    }
  })
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  const stages = [10, 50].map((percent) => ({ percent, atLeast: '10m' }))
  expect((await simulated({ flag: 'f', stages, advance: 'quiet' }, text)).out).toContain(
    'Every candidate user of the recording was there before this stage.',
  )
  const one = await simulated({ flag: 'f', stages: stages.slice(0, 1), advance: 'quiet' }, text)
  expect(one.out).not.toContain('Every candidate user')
})

test('a recording with hardly a user a block says which block would compare them', async () => {
  const sparse = Array.from({ length: 2000 }, (_, i) => {
    const isCandidate = (i * 7919) % 13 < 6
    return JSON.stringify({
      at: new Date(Date.UTC(2026, 10, 20) + i * 40_000).toISOString(),
      unit: `u${i}`,
      variant: isCandidate ? 'on' : 'off',
      metrics: { error: isCandidate && i % 3 === 0 ? 1 : 0 },
    })
  }).join('\n')
  const errors = { flag: 'f', guardrails: [{ metric: 'error', ratioOver: 1, onBreach: 'rollback' }] }
  const stages = [{ percent: 50, atLeast: '48h' }]
  const short = await simulated({ ...errors, stages }, sparse)
  expect([short.code, short.out]).toEqual([
    exitCodes.ok,
    expect.stringContaining('Say "block": "10m": one of 10 s holds'),
  ])
  const long = await simulated({ ...errors, stages, block: '10m' }, sparse)
  expect([long.code, long.out]).toEqual([exitCodes.breached, expect.not.stringContaining('Say "block"')])
})

test('times are read as logs write them, never in the local zone', () => {
  expect(parseTime('2023-11-16 18:17:03.9799600')).toBe(Date.UTC(2023, 10, 16, 18, 17, 3, 979))
  expect(parseTime('2023-11-16T18:17:03+02:00')).toBe(Date.UTC(2023, 10, 16, 16, 17, 3))
  expect(parseTime('1700158623')).toBe(1_700_158_623_000)
  expect([parseTime('2023-02-30T00:00:00Z'), parseTime('soon'), parseTime('2023-11-16T25:00:00Z')]).toEqual([
    null,
    null,
    null,
  ])
})

test('CSV fields may be quoted', () => {
  expect(parseCsvLine('a,"b, ""c""",,d')).toEqual(['a', 'b, "c"', '', 'd'])
  expect([parseCsvLine('a,"b'), parseCsvLine('"a"b,c')]).toEqual(['open', 'stray'])
})

test('the old rule looks at a window of calls, not at all of them', () => {
  const call = (minutes: number, error: 0 | 1) => ({
    unit: 'u',
    arm: 'T' as const,
    atMs: minutes * 60_000,
    endsMs: minutes * 60_000,
    metrics: { error },
  })
  const calls = [
    ...Array.from({ length: 100 }, (_, i) => call(i / 10, 0)),
    ...Array.from({ length: 30 }, (_, i) => call(20 + i / 10, i % 10 === 0 ? 1 : 0)),
  ]
  const rule = parseOldRule('> 5 % in 5m')
  expect(rule).toEqual({ share: 0.05, windowMs: 300_000 })
  expect(rule && applyOldRule(rule, calls)).toEqual({ firedMs: 21.9 * 60_000, failed: 2, calls: 20 })
  expect(parseOldRule('now and then')).toBeNull()
  expect(parseOldRule('500% in 5m')).toBeNull()
})

test('elapsed time reads like a clock', () => {
  expect([0, 1_452_000, 11_100_000, 190_800_000].map(elapsedText)).toEqual(['00:00', '24:12', '3:05:00', '2 d 5:00:00'])
})
