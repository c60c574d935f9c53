import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { armOf } from '@sluice/core/evaluation'
import type { RunningServer } from '@sluice/server'
import { manualClock } from '../../../server/src/ports/manual-clock.ts'
import { adminKey, startCliRig } from '../testing/test-server.ts'
import { rolloutCommand } from './rollout.ts'

const base = '/api/v1/environments/production'
const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function serve() {
  const clock = manualClock()
  const { server, close } = await startCliRig({ clock })
  stops.push(close)
  const send = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    const response = await fetch(`${server.url}${base}${path}`, { method, headers, body: JSON.stringify(body) ?? null })
    if (!response.ok) throw new Error(await response.text())
    return (await response.json()) as Record<string, any>
  }
  return { server, clock, send }
}

/** A rollout with everything in it: stages, a person's hold, silence, a breach, a new attempt, and a rollback. */
async function played() {
  const { server, clock, send } = await serve()
  await send('PUT', '/flags/chat', { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' })
  const plan = {
    flag: 'chat',
    block: '1s',
    timeout: '1s',
    advance: 'quiet',
    stages: [
      { percent: 30, atLeast: '5s' },
      { percent: 60, atLeast: '40s' },
    ],
    guardrails: [
      { metric: 'error', ratioOver: 1, onBreach: 'hold' },
      { metric: 'latency_ms', stat: 'p95', ratioOver: 1.5, onBreach: 'rollback' },
      { metric: 'tokens', stat: 'mean', ratioOver: 1.2, onBreach: 'notify' },
      { metric: 'error', over: 0.4, test: 'window', window: { length: '5s', minSamples: 5 }, onBreach: 'notify' },
    ],
  }
  const { id } = await send('POST', '/rollouts?start=true', plan)
  const { flag } = await send('GET', '/flags/chat')
  const sample = flag.rules[0].sample as { share: number; salt: string }
  let sent = 0
  const second = async (calls: number, failing: number) => {
    const share = (await send('GET', `/rollouts/${id}`))['exposure'].set * 1000
    const observations = Array.from({ length: calls }, () => {
      const unit = `u${(sent += 1)}`
      const isCandidate = armOf({ ...sample, share }, unit) === 'T'
      const error = isCandidate && (sent * 7919) % 100 < failing ? 1 : 0
      const metrics = { error, latency_ms: 100 + ((sent * 31) % 50), tokens: 10 + (sent % 5) }
      return {
        flag: 'chat',
        variant: isCandidate ? 'on' : 'off',
        unit,
        at: new Date(clock.now()).toISOString(),
        metrics,
      }
    })
    if (calls > 0) await send('POST', '/observations', { id: `b${sent}`, observations })
    await clock.advance(1000)
  }
  const act = (action: string) => send('POST', `/rollouts/${id}/actions`, { action, reason: 'test' })
  for (let i = 0; i < 9; i++) await second(20, 3)
  await act('hold')
  for (let i = 0; i < 5; i++) await second(0, 0)
  await act('resume')
  for (let i = 0; i < 10; i++) await second(20, 60)
  await act('resume')
  for (let i = 0; i < 4; i++) await second(20, 0)
  await act('rollback')
  const { items } = await send('GET', `/rollouts/${id}/decisions`)
  return { server, send, id: id as string, actions: items.map(({ action }: { action: string }) => action) as string[] }
}

async function replay(id: string, ...more: string[]) {
  let out = ''
  const output = { out: (text: string) => void (out += `${text}\n`), err: () => {}, terminal: false }
  return { code: await rolloutCommand.run(['replay', id, ...more], output), out }
}

/** Changes one stored block behind the server's back. */
async function tamper({ shell }: RunningServer, id: string, index: number, change: (text: string) => string) {
  const { kysely } = shell.database
  const at = kysely.updateTable('sealed_blocks').where('rollout', '=', id).where('attempt', '=', 1)
  const row = await kysely
    .selectFrom('sealed_blocks')
    .selectAll()
    .where('rollout', '=', id)
    .where('attempt', '=', 1)
    .where('index', '=', index)
    .executeTakeFirstOrThrow()
  const block = change(row.block ?? '')
  expect(block).not.toBe(row.block)
  await at.where('index', '=', index).set({ block }).execute()
}

test('a rollout replays to the same decisions, through stages, silence, people, a breach and a second attempt', async () => {
  const { id, actions, send } = await played()
  expect(actions).toEqual(expect.arrayContaining(['start', 'proceed', 'hold', 'resume', 'rollback']))
  expect(actions.filter((action) => action === 'hold')).toHaveLength(2)
  const { code, out } = await replay(id)
  expect([out, code]).toEqual([
    expect.stringMatching(new RegExp(`^✔ 28 blocks, ${actions.length} decisions: the same as recorded`)),
    0,
  ])
  expect(JSON.parse((await replay(id, '--json')).out)).toMatchObject({ same: true, changed: [], differences: [] })
  const whole = await send('GET', `/rollouts/${id}/recording`)
  const first = await send('GET', `/rollouts/${id}/recording?limit=7`)
  const second = await send('GET', `/rollouts/${id}/recording?limit=1000&after=${first['next']}`)
  expect([...first['steps'], ...second['steps']]).toEqual(whole['steps'])
})

test('a block that was changed is found, and what it changes', async () => {
  const { server, id } = await played()
  await tamper(server, id, 3, (block) => block.replace(/"xT":\d+/, '"xT":9').replaceAll(/"nT":\d+/g, '"nT":9'))
  const { code, out } = await replay(id)
  expect(code).toBe(1)
  expect(out).toMatch(/^✖ 28 blocks/)
  expect(out).toMatch(/\n {2}Block 3 of attempt 1 is not what was sealed\./)
  expect(out).toMatch(/\n {2}\d\d:\d\d:\d\d UTC .*: recorded .*, replayed /)
})

test('a block that cannot be read is named', async () => {
  const { server, id } = await played()
  await tamper(server, id, 3, () => '{"rows":')
  await expect(replay(id)).rejects.toThrow(`Block 3 of attempt 1 of ${id} is damaged`)
})

test('a changed block is found even where nothing was decided on it any more', async () => {
  const { server, id } = await played()
  const { kysely } = server.shell.database
  const last = await kysely
    .selectFrom('sealed_blocks')
    .select(['attempt', 'index', 'facts'])
    .where('rollout', '=', id)
    .orderBy('attempt', 'desc')
    .orderBy('index', 'desc')
    .executeTakeFirstOrThrow()
  await kysely
    .updateTable('sealed_blocks')
    .where('rollout', '=', id)
    .where('attempt', '=', last.attempt)
    .where('index', '=', last.index)
    .set({ facts: last.facts.replace('"flagEnabled":true', '"flagEnabled":false') })
    .execute()
  const { code, out } = await replay(id)
  expect([code, out]).toEqual([1, expect.stringContaining(`Block ${last.index} of attempt 2 is not what was sealed`)])
})

test('the record of another engine is not replayed', async () => {
  const { id, send } = await played()
  const recording = await send('GET', `/rollouts/${id}/recording`)
  const older = createServer((_, response) => response.end(JSON.stringify({ ...recording, engine: 0 })))
  await new Promise<void>((resolve) => older.listen(0, '127.0.0.1', resolve))
  stops.push(async () => void older.close())
  process.env['SLUICE_URL'] = `http://127.0.0.1:${(older.address() as AddressInfo).port}`
  await expect(replay(id)).rejects.toThrow(/recorded by engine 0, this is engine 4/)
})

test('what was never started has nothing to replay', async () => {
  const { send } = await serve()
  await send('PUT', '/flags/chat', { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' })
  const { id } = await send('POST', '/rollouts', { flag: 'chat' })
  await expect(replay(id)).rejects.toThrow(/Nothing to replay/)
})
