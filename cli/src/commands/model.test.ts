import { readFile } from 'node:fs/promises'
import { seedModels } from '@sluice/demo'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from '../command.ts'
import { runCommand } from '../testing/run-command.ts'
import { type CliRig, adminKey, startCliRig } from '../testing/test-server.ts'
import { modelCommand } from './model.ts'

let rig: CliRig
beforeAll(async () => {
  rig = await startCliRig()
  await seedModels(rig.server.url, adminKey)
})
afterAll(() => rig.close())

const run = (...args: readonly string[]) => runCommand(modelCommand, ...args)
const jsonOf = async (...args: readonly string[]) => JSON.parse((await run(...args, '--json')).out) as any

test('the starting catalogue is what the guides expect', async () => {
  expect((await jsonOf('ls')).total).toBe(58)
  expect((await jsonOf('get', 'openai:gpt-4o')).config.pricing).toMatchObject({ input: 2.5, output: 10 })
  expect((await jsonOf('get', 'openai:gpt-5')).config.reasoning.type).toBe('openai-reasoning-effort')
  const { items } = await jsonOf('ls', '--provider', 'anthropic')
  expect(items.length).toBeGreaterThan(0)
  expect(items.every(({ provider }: { provider: string }) => provider === 'anthropic')).toBe(true)
  expect((await jsonOf('ls', '--provider', 'nobody')).items).toEqual([])
  expect((await jsonOf('cost', 'openai:gpt-4o', '--in', '1000', '--out', '500')).usd).toBe('0.0075')
})

test('a model is added, changed with a reason, copied, deprecated, deleted, restored, and its history tells', async () => {
  const id = 'anthropic:claude-opus-5'
  expect((await run('add', id, '--name', 'Claude Opus 5', '--input', '15', '--output', '75')).out).toMatch(/version 1/)
  expect((await jsonOf('cost', id, '--in', '1000', '--out', '500')).usd).toBe('0.0525')
  await expect(run('edit', id, '--input', '12')).rejects.toThrow(/reason/)
  await run('edit', id, '--input', '12', '--reason', 'agreed with sales')
  expect((await run('duplicate', id, 'anthropic:copy')).out).toContain('"status": "draft"')
  await run('deprecate', id, '--replaced-by', 'anthropic:claude-opus-4-8', '--reason', 'too dear')
  await run('restore', id, '--version', '1', '--reason', 'not yet')
  await run('delete', 'anthropic:copy', '--reason', 'a mistake')
  await expect(run('edit', 'anthropic:copy', '--name', 'x')).rejects.toThrow(/deleted|no model/)
  await run('restore', 'anthropic:copy')
  const { out } = await run('history', id)
  expect(out).toContain('v2  ')
  expect(out).toContain('agreed with sales')
  expect(out).toContain('pricing.input: 15 → 12')
  expect(out.match(/^v\d/gm)).toEqual(['v4', 'v3', 'v2', 'v1'])
})

test('an import shows its plan, refuses bad records by line, and takes the good ones when asked', async () => {
  const good = '"m": {"litellm_provider": "a", "mode": "chat", "input_cost_per_token": 1e-6}'
  const path = await rig.write('bad.json', `{${good},\n"n": {"litellm_provider": "a", "input_cost_per_token": -1}}`)
  const refused = await run('import', path)
  expect(refused).toMatchObject({ code: 1, out: expect.stringContaining(`${path}:2:`) })
  expect(refused.out).toContain('/n/input_cost_per_token')
  expect((await run('import', path, '--partial', '--dry-run')).code).toBe(6)
  expect((await run('import', path, '--partial')).out).toContain('1 created')
  expect(await run('import', await rig.write('good.json', `{${good}}`), '--dry-run')).toMatchObject({
    code: 0,
    out: expect.stringContaining('All unchanged.'),
  })
  const exported = rig.path('out.json')
  await run('export', exported)
  expect((await run('import', exported, '--dry-run')).out).toMatch(/^All unchanged\.\n$/)
  expect(await readFile(exported, 'utf8')).toBe((await run('export')).out)
})

test('costs of a file of cases are worked out without a server, a line for each', async () => {
  const cases = await rig.write(
    'cases.ndjson',
    [
      '{"id": 1, "model": "openai:gpt-4o", "usage": {"inputTokens": 1000, "outputTokens": 500}}',
      '{"id": "own", "prices": [{"meter": "input", "rate": "3"}, {"meter": "output", "rate": "15"}, {"meter": "cache_read", "rate": "0.3"}], "usage": {"inputTokens": 7, "outputTokens": 1548, "cacheReadTokens": 0, "providerCostUsd": "0.02325315"}}',
      '{"model": "nobody:nothing", "usage": {"inputTokens": 1}}',
      '{"id": "bad", "model": "openai:gpt-4o", "usage": {"inputTokens": -1}}',
      'no json',
    ].join('\n'),
  )
  const url = process.env['SLUICE_URL']
  delete process.env['SLUICE_KEY']
  const { out } = await run('cost', '--cases', cases, '--json').finally(() => (process.env['SLUICE_KEY'] = adminKey))
  expect(url).toBeDefined()
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map(({ id, usd, status, source }) => [id, usd, status, source])).toEqual([
    [1, '0.0075', 'complete', 'catalogue'],
    ['own', '0.02325315', 'complete', 'provider'],
    [null, null, 'unpriced', 'catalogue'],
    ['bad', '0', 'invalid', 'catalogue'],
    [null, null, 'invalid', 'catalogue'],
  ])
  expect(Object.keys(lines[0] ?? {})).toEqual(['id', 'usd', 'status', 'source', 'breakdown'])
  const catalogue = await rig.write(
    'c.json',
    '{"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 1e-3}}',
  )
  expect((await run('cost', '--cases', cases, '--catalogue', catalogue, '--json')).out).toContain('"usd":"1"')
  await expect(run('cost', '--cases', cases, '--catalogue', await rig.write('x.json', '{"a": 1,}'))).rejects.toThrow(
    /x\.json/,
  )
})

test('a table of an application is compared with the catalogue', async () => {
  const same = { 'openai:gpt-4o': { pricing: { input: 2.5, output: 10, cached: 1.25 } } }
  expect(await run('shadow', await rig.write('same.json', JSON.stringify(same)))).toMatchObject({
    code: 0,
    out: expect.stringContaining('Nothing is more than 5 % off.'),
  })
  const off = { 'openai:gpt-4o': { pricing: { input: 5, output: 10 } }, 'openai:gone': { pricing: { input: 1 } } }
  const table = await rig.write('off.json', JSON.stringify(off))
  const found = await run('shadow', table)
  expect(found.code).toBe(3)
  expect(found.out).toContain('! openai:gpt-4o  input: 5 → 2.5 (-50 %)')
  expect(found.out).toContain('! openai:gpt-4o  cache_read: none → 1.25')
  expect(found.out).toContain('! openai:gone  only in the table')
  const accepted = [
    { model: 'openai:gpt-4o', component: 'input', static: '5', db: '2.5', reason: 'ours' },
    { model: 'openai:gpt-4o', component: 'cache_read', static: null, db: '1.25', reason: 'unused' },
    { model: 'openai:gone', component: '*', static: null, db: null, reason: 'leaving' },
  ]
  expect((await run('shadow', table, '--accepted', await rig.write('ok.json', JSON.stringify(accepted)))).code).toBe(0)
})

test('a wrong call says what was expected', async () => {
  await expect(run('frob')).rejects.toThrow(UsageError)
  await expect(run('get')).rejects.toThrow(/id of a model/)
  await expect(run('cost', 'openai:gpt-4o', '--in', 'many')).rejects.toThrow(/whole number/)
})
