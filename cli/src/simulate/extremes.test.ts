// Recordings nobody should have: the public command gives defined verdicts for them, never an exception and never a pass.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { simulateCommand } from '../commands/simulate.ts'
import { exitCodes } from '../exit-codes.ts'

const plan = {
  flag: 'f',
  advance: 'proof',
  candidate: 'on',
  baseline: 'off',
  stages: [
    { percent: 10, atLeast: '1m' },
    { percent: 50, atLeast: '1m' },
  ],
  guardrails: [
    { metric: 'error', ratioOver: 1, onBreach: 'rollback' },
    { metric: 'error', over: 0.05, onBreach: 'hold' },
    { metric: 'tokens', stat: 'mean', ratioOver: 1.5 },
    { metric: 'tokens', stat: 'p95', ratioOver: 1.5 },
  ],
}

interface Verdict {
  readonly verdict: string
  readonly compare?: string
  readonly sentence: string
  readonly harm: { readonly logE: number | null }
}

async function simulated(name: string, recording: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-extremes-'))
  const files = { plan: join(folder, 'plan.json'), calls: join(folder, name) }
  await writeFile(files.plan, JSON.stringify(plan))
  await writeFile(files.calls, recording)
  let out = ''
  const say = (text: string) => void (out += `${text}\n`)
  const output = { out: say, err: () => {}, terminal: false }
  const code = await simulateCommand.run([files.plan, '--observations', files.calls, '--json'], output)
  await rm(folder, { recursive: true })
  const told = JSON.parse(out) as {
    readonly state: string
    readonly stage: { readonly percent: number }
    readonly verdicts: readonly Verdict[]
    readonly observations: { readonly used: number; readonly rejected: readonly unknown[] }
  }
  for (const { harm, sentence } of told.verdicts) {
    expect(harm.logE).not.toBeNull()
    expect(sentence).not.toMatch(/NaN|undefined|Infinity/)
  }
  return { code, ...told }
}

const at = (i: number) => new Date(Date.UTC(2026, 10, 20) + i * 500).toISOString()
/** Ten minutes of calls, two a second. */
const rows = (
  make: (i: number, variant: 'on' | 'off') => object,
  variants: readonly ('on' | 'off')[] = ['on', 'off'],
) =>
  Array.from({ length: 1200 }, (_, i) => {
    const variant = variants[i % variants.length] ?? 'on'
    return JSON.stringify({ at: at(i), unit: `u${i}`, variant, metrics: make(i, variant) })
  }).join('\n')

describe('sluice simulate', () => {
  test('leaves out numbers that are none, names their lines, and counts the rest', async () => {
    const values = ['NaN', 'Infinity', '-Infinity', '-1', '1e400', '-1e12', '1e12', '', '7']
    const lines = values.map((value, i) => `${at(i)},u${i},${i % 2 ? 'on' : 'off'},0,${value}`)
    const told = await simulated('odd.csv', ['at,unit,variant,error,tokens', ...lines].join('\n'))
    expect(told.observations.rejected).toHaveLength(6)
    expect(told.observations.used).toBe(3)
    expect(told.verdicts.map(({ verdict }) => verdict)).not.toContain('pass')
  })

  test.each([
    ['a candidate alone', ['on']],
    ['a baseline alone', ['off']],
  ] as const)('with %s compares nothing and opens nothing', async (_, variants) => {
    const told = await simulated(
      'one.ndjson',
      rows(() => ({ error: 0, tokens: 100 }), variants),
    )
    expect([told.code, told.state, told.stage.percent]).toEqual([exitCodes.ok, 'held', 10])
    const compared = told.verdicts.filter((_verdict, i) => i !== 1)
    expect(compared.map(({ verdict }) => verdict)).toEqual(['no_data', 'no_data', 'no_data'])
  })

  test('with a baseline of zero opens nothing on its tokens', async () => {
    const told = await simulated(
      'zero.ndjson',
      rows((_, variant) => ({ error: 0, tokens: variant === 'on' ? 50 : 0 })),
    )
    expect(told.verdicts[2]?.verdict).not.toBe('pass')
    expect(told.verdicts[3]?.verdict).not.toBe('pass')
    expect(told.stage.percent).toBe(10)
  })

  test('with a trillion and with nothing between calls ends defined', async () => {
    // At once: a call of a trillion milliseconds would be seen when it ends.
    const huge = await simulated(
      'huge.ndjson',
      rows((_, variant) => ({ error: 0, tokens: variant === 'on' ? 1e12 : 1 })),
    )
    expect(huge.code).toBe(exitCodes.breached)
    const empty = await simulated(
      'empty.ndjson',
      rows(() => ({})),
    )
    expect([empty.state, empty.stage.percent]).toEqual(['held', 10])
    expect(new Set(empty.verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['no_data']))
  })
})
