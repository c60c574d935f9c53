import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from './call.ts'
import type { Observation } from './observation.ts'
import { FakeServer, plainFlag, rolloutFlag } from './testing/fake-server.ts'
import { fastClient, lineLogger } from './testing/fast-client.ts'
import type { SluiceClient } from './sluice-client.ts'

// Buckets of salt s1: user_0 53,260; user_1 49,046. At 50 % user_1 is in the candidate, user_0 in the baseline.
const candidate = { targetingKey: 'user_1' }
const baseline = { targetingKey: 'user_0' }
const server = new FakeServer({
  'patch-mode': rolloutFlag(50_000, { include: [{ unit: 'vip', variant: 'on' }], exclude: [{ unit: 'never' }] }),
  hasty: rolloutFlag(50_000, { rollout: { id: 'r2', rule: 'rollout', attempt: 1, visit: 1, timeoutMs: 20 } }),
  'by-account': rolloutFlag(0, {
    rules: [{ id: 'rollout', sample: { share: 50_000, salt: 's1', by: ['tenant', 'account'] }, serve: 'on' }],
  }),
  colour: { ...plainFlag('on'), variants: { on: 'blue', off: 'grey', third: 'red' }, serve: 'third' },
})
const logger = lineLogger()
let client: SluiceClient

beforeAll(async () => {
  await server.start()
  client = fastClient(server.url, { logger })
  await client.ready()
})

afterAll(async () => {
  await client.close()
  await server.stop()
})

async function rowsOf(work: () => unknown): Promise<Observation[]> {
  await client.flush()
  server.rows.length = 0
  await work()
  await client.flush()
  return [...server.rows]
}

const fail = (): never => {
  throw new Error('boom')
}
const aborted = () => Object.assign(new Error('stop'), { name: 'AbortError' })
const hang = (): Promise<string> => new Promise(() => {})

describe('run', () => {
  test('runs the branch of the variant and counts one exposure and one outcome', async () => {
    const before = Date.now()
    const rows = await rowsOf(async () => {
      expect(await client.run('patch-mode', candidate, { on: async () => 'new', off: () => 'old' })).toBe('new')
      expect(await client.run('patch-mode', baseline, { on: async () => 'new', off: () => 'old' })).toBe('old')
    })
    const common = { flag: 'patch-mode', attempt: 3, visit: 7, revision: 1, at: expect.any(String) }
    const latency_ms = expect.any(Number)
    expect(rows).toEqual([
      { ...common, variant: 'on', unit: 'user_1', metrics: {} },
      { ...common, variant: 'on', unit: 'user_1', metrics: { error: 0, fallback: 0, latency_ms } },
      { ...common, variant: 'off', unit: 'user_0', metrics: {} },
      { ...common, variant: 'off', unit: 'user_0', metrics: { error: 0, fallback: 0, latency_ms } },
    ])
    expect(rows[1]?.at).toBe(rows[0]?.at)
    expect(Date.parse(rows[0]!.at)).toBeGreaterThanOrEqual(before)
  })

  test('puts the exposure on its way before the work has begun', async () => {
    const rows = await rowsOf(async () => {
      await client.run('patch-mode', candidate, {
        on: async () => {
          await client.flush()
          expect(server.rows.map(({ metrics }) => metrics)).toEqual([{}])
        },
        off: () => {},
      })
    })
    expect(rows).toHaveLength(2)
  })

  test('counts a candidate’s error on the candidate and lets the baseline answer', async () => {
    const rows = await rowsOf(async () => {
      const off = (call: Call) => {
        call.record({ input_tokens: 5, cost_usd: '0.25' })
        return call.variant
      }
      const on = (call: Call) => {
        call.record({ input_tokens: 100, cost_usd: '0.5' })
        return fail()
      }
      expect(await client.run('patch-mode', candidate, { on, off })).toBe('off')
    })
    expect(rows.map(({ variant, metrics }) => ({ variant, metrics }))).toEqual([
      { variant: 'on', metrics: {} },
      { variant: 'on', metrics: { error: 1, fallback: 1, input_tokens: 105, cost_usd: 0.75 } },
    ])
    expect(logger.lines.join()).toContain('boom')
  })

  test('passes on the baseline’s own error, and the fallback’s', async () => {
    const rows = await rowsOf(async () => {
      await expect(client.run('patch-mode', baseline, { on: () => 1, off: fail })).rejects.toThrow('boom')
      const off = () => Promise.reject(new Error('this too'))
      await expect(client.run('patch-mode', candidate, { on: fail, off })).rejects.toThrow('this too')
    })
    expect(rows.map(({ variant, metrics }) => ({ variant, metrics }))).toEqual([
      { variant: 'off', metrics: {} },
      { variant: 'off', metrics: { error: 1, fallback: 0 } },
      { variant: 'on', metrics: {} },
      { variant: 'on', metrics: { error: 1, fallback: 1 } },
    ])
  })

  test('takes an abort for what it is: no error, no fallback', async () => {
    const rows = await rowsOf(async () => {
      const on = async () => {
        throw aborted()
      }
      await expect(client.run('patch-mode', candidate, { on, off: () => 1 })).rejects.toThrow('stop')
    })
    expect(rows.map(({ metrics }) => metrics)).toEqual([{}])
  })

  test('puts usage into the outcome, and later feedback into a row of its own at the same start', async () => {
    const rows = await rowsOf(() =>
      client
        .run('patch-mode', candidate, {
          on: (call) => {
            call.record({ input_tokens: 900, output_tokens: 10, model: 'z-ai:glm-4.5-air' })
            call.record({ output_tokens: 5, input_tokens: Number.NaN, nothing: undefined as never })
            call.score(0.8)
            setTimeout(() => call.feedback({ complaint: 1 }), 1)
            return new Promise((resolve) => setImmediate(resolve))
          },
          off: () => null,
        })
        .then(() => new Promise((resolve) => setTimeout(resolve, 10))),
    )
    expect(rows.slice(1)).toMatchObject([
      { model: 'z-ai:glm-4.5-air', metrics: { input_tokens: 900, output_tokens: 15, quality: 0.8, error: 0 } },
      { unit: 'user_1', at: rows[0]?.at, metrics: { complaint: 1 } },
    ])
  })

  test('believes a branch that reports its own failure', async () => {
    const rows = await rowsOf(() =>
      client.run('patch-mode', candidate, { on: (call) => call.record({ error: true }), off: () => {} }),
    )
    expect(rows[1]?.metrics).toEqual({ error: 1, fallback: 0 })
  })

  test('names no unit where the sample did not decide, so that the row is no evidence', async () => {
    const rows = await rowsOf(async () => {
      for (const targetingKey of ['vip', 'never'])
        await client.run('patch-mode', { targetingKey }, { on: () => 1, off: () => 2 })
      await client.run('patch-mode', {}, { on: () => 1, off: () => 2 })
    })
    expect(rows.map(({ variant, metrics }) => [variant, metrics.error])).toEqual([
      ['on', 0],
      ['off', 0],
      ['off', 0],
    ])
    for (const row of rows) expect(row).not.toHaveProperty('unit')
  })

  test('without a branch for the variant, or a flag, runs the baseline’s and counts nothing', async () => {
    const rows = await rowsOf(async () => {
      expect(await client.run('colour', candidate, { on: () => 1, off: () => 2 })).toBe(2)
      expect(await client.run('unheard-of', candidate, { off: () => 1, on: () => 2 })).toBe(1)
      expect(await client.run('unheard-of', candidate, { glm: () => 1, gemma: () => 2 })).toBe(2)
      await expect(client.run('unheard-of', candidate, {})).rejects.toThrow('no branch')
    })
    expect(rows).toEqual([])
    expect(logger.lines.join()).toContain('no branch for the variant "third"')
  })

  test('counts a call as failed that outlasts the rollout’s timeout, and lets it go on', async () => {
    const rows = await rowsOf(async () => {
      const on = (call: Call) =>
        new Promise((resolve) =>
          setTimeout(() => {
            call.record({ cost_usd: 1 })
            resolve('late')
          }, 40),
        )
      expect(await client.run('hasty', candidate, { on, off: () => 'old' })).toBe('late')
    })
    expect(rows.map(({ metrics }) => metrics)).toEqual([{}, { error: 1, fallback: 0 }, { cost_usd: 1 }])
  })
})

describe('guard', () => {
  test('gives up on a candidate that takes too long, aborts it, and counts an error', async () => {
    let signal: AbortSignal | undefined
    const rows = await rowsOf(async () => {
      const answer = await client.guard('patch-mode', candidate, {
        candidate: (call) => {
          signal = call.signal
          return hang()
        },
        baseline: () => 'old',
        timeoutMs: 10,
      })
      expect(answer).toBe('old')
    })
    expect(signal?.aborted).toBe(true)
    expect(rows.at(-1)).toMatchObject({ variant: 'on', metrics: { error: 1, fallback: 1 } })
  })

  test('counts a slow baseline the same way, and throws, as nobody else can answer', async () => {
    const rows = await rowsOf(async () => {
      const work = client.guard('patch-mode', baseline, { candidate: () => 'new', baseline: hang, timeoutMs: 10 })
      await expect(work).rejects.toMatchObject({ name: 'SluiceError', code: 'TIMEOUT' })
    })
    expect(rows.at(-1)).toMatchObject({ variant: 'off', metrics: { error: 1, fallback: 0 } })
  })

  test('throws the candidate’s error where it is asked to', async () => {
    const rows = await rowsOf(async () => {
      const work = client.guard('patch-mode', candidate, { candidate: fail, baseline: () => 1, fallback: 'throw' })
      await expect(work).rejects.toThrow('boom')
    })
    expect(rows.at(-1)?.metrics).toEqual({ error: 1, fallback: 0 })
  })

  test('scores answers, and survives a score that fails', async () => {
    const branches = { candidate: () => 'four', baseline: () => 'four' }
    const rows = await rowsOf(async () => {
      await client.guard('patch-mode', candidate, { ...branches, score: (answer) => answer.length / 8 })
      await client.guard('patch-mode', candidate, { ...branches, score: () => ({ quality: 1, helpful: true }) })
      await client.guard('patch-mode', candidate, { ...branches, score: fail })
    })
    expect(rows.filter(({ metrics }) => 'error' in metrics).map(({ metrics }) => metrics)).toMatchObject([
      { quality: 0.5 },
      { quality: 1, helpful: true },
      { error: 0 },
    ])
  })
})

describe('reading and tracking', () => {
  test('exposes a unit once between two sendings, however often its flag is read', async () => {
    const rows = await rowsOf(() => {
      for (let i = 0; i < 100; i++) client.isEnabled('patch-mode', candidate)
      client.variant('patch-mode', baseline, 'off')
      client.value('colour', baseline, 'red')
      client.explain('patch-mode', { targetingKey: 'user_9' })
    })
    expect(rows.map(({ unit, metrics }) => [unit, metrics])).toEqual([
      ['user_1', {}],
      ['user_0', {}],
    ])
  })

  test('sends one row for a tracked call, from its start, without the latency of a failure', async () => {
    const rows = await rowsOf(() => {
      client.track(candidate, {
        flag: 'patch-mode',
        at: 1000,
        latency_ms: 812,
        input_tokens: 900,
        error: 0,
        model: 'm',
      })
      client.track(candidate, { flag: 'patch-mode', at: '1970-01-01T00:00:01Z', latency_ms: 3, error: 1 })
      client.track(candidate, { flag: 'patch-mode', variant: 'off', error: 0 })
      client.track(candidate, { flag: 'colour', helpful: true })
      client.track(candidate, { flag: 'unheard-of', error: 0 })
    })
    const at = '1970-01-01T00:00:01.000Z'
    expect(rows).toEqual([
      expect.objectContaining({
        unit: 'user_1',
        at,
        model: 'm',
        metrics: { latency_ms: 812, input_tokens: 900, error: 0 },
      }),
      expect.objectContaining({ unit: 'user_1', at, metrics: { error: 1 } }),
      expect.not.objectContaining({ unit: expect.anything() }),
      {
        flag: 'colour',
        variant: 'third',
        unit: 'user_1',
        at: expect.any(String),
        revision: 1,
        metrics: { helpful: true },
      },
    ])
    expect(rows[2]?.variant).toBe('off')
  })

  test('names the unit that the rollout draws, which need not be the user', async () => {
    const rows = await rowsOf(() => client.track({ ...baseline, account: 42 }, { flag: 'by-account', error: 0 }))
    expect(rows).toMatchObject([{ variant: 'on', unit: '42' }])
  })

  test('leaves out a unit that the wire cannot carry', async () => {
    const rows = await rowsOf(() => {
      for (const targetingKey of ['a\0b', '\ud800', 'x'.repeat(2000)])
        client.track({ targetingKey }, { flag: 'patch-mode', error: 0 })
    })
    expect(rows).toHaveLength(3)
    for (const row of rows) expect(row).not.toHaveProperty('unit')
  })
})

describe('hashed units', () => {
  test('hide the unit, stay the same over clients, and differ by secret', async () => {
    const seen: (string | undefined)[] = []
    for (const hashUnits of [true, true, 'secret'] as const) {
      const hashing = fastClient(server.url, { hashUnits })
      await hashing.ready()
      const before = server.rows.length
      hashing.track(candidate, { flag: 'patch-mode', error: 0 })
      hashing.track(candidate, { flag: 'colour', error: 0 })
      await hashing.close()
      const [underRollout, plain] = server.rows.slice(before)
      seen.push(underRollout?.unit)
      expect(underRollout).toMatchObject({ arm: 'T', attempt: expect.any(Number), visit: expect.any(Number) })
      expect(plain).not.toHaveProperty('unit')
      expect(plain).not.toHaveProperty('arm')
    }
    expect(seen[0]).toMatch(/^[\w-]{43}$/)
    expect(seen[1]).toBe(seen[0])
    expect(seen[2]).not.toBe(seen[0])
  })
})
