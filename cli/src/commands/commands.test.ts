import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from '../command.ts'
import { runCommand as run } from '../testing/run-command.ts'
import { type CliRig, adminKey, startCliRig } from '../testing/test-server.ts'
import { alertsCommand } from './alerts.ts'
import { channelCommand } from './channel.ts'
import { checkCommand } from './check.ts'
import { codegenCommand } from './codegen.ts'
import { doctorCommand } from './doctor.ts'
import { flagCommand } from './flag.ts'
import { rolloutCommand } from './rollout.ts'
import { codeOf } from '../rollout/code-of.ts'
import { trainCommand } from './train.ts'

let rig: CliRig
beforeAll(async () => {
  rig = await startCliRig()
})
afterAll(() => rig.close())

test('a flag is made, explained, killed and listed', async () => {
  expect((await run(flagCommand, 'create', 'patch-mode')).out).toMatch(/^patch-mode, version 1/)
  await run(flagCommand, 'include', 'patch-mode', 'ada', 'on', '--reason', 'asked for it')
  expect((await run(flagCommand, 'explain', 'patch-mode', 'ada')).out).toMatch(
    /The unit is included with "on"[\s\S]*→ on \(INCLUDE\)/,
  )
  await run(flagCommand, 'exclude', 'patch-mode', 'ada')
  const { flag } = JSON.parse((await run(flagCommand, 'get', 'patch-mode', '--json')).out) as {
    flag: { include: unknown[]; exclude: unknown[] }
  }
  expect([flag.include, flag.exclude]).toEqual([[], [{ unit: 'ada' }]])
  await run(flagCommand, 'off', 'patch-mode')
  expect((await run(flagCommand, 'ls')).out).toBe('patch-mode  off\n')
  await expect(run(flagCommand, 'get', 'nope')).rejects.toThrow(/There is no flag "nope"/)
  await expect(run(flagCommand, 'frob')).rejects.toThrow(UsageError)
})

test('a caller is explained with what else is known of them, and told what a condition lacks', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-cli-')), 'flag.json')
  const rule = { id: 'many', if: { attr: 'patches', op: 'gte', values: [3] }, serve: 'on' }
  writeFileSync(
    file,
    JSON.stringify({ enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off', rules: [rule] }),
  )
  await run(flagCommand, 'set', 'batches', file)
  expect((await run(flagCommand, 'explain', 'batches', 'ada')).out).toMatch(
    /condition does not hold; the context has no "patches"\.[\s\S]*→ off/,
  )
  expect((await run(flagCommand, 'explain', 'batches', 'ada', '--attr', 'patches=4')).out).toMatch(/→ on/)
  expect((await run(flagCommand, 'explain', 'batches', 'ada', '--attr', 'patches=2')).out).toMatch(/does not hold\.\n/)
  await expect(run(flagCommand, 'explain', 'batches', 'ada', '--attr', 'patches')).rejects.toThrow(/NAME=VALUE/)
})

test('R48: a complaint is noted in one line, and its words stand in the log', async () => {
  await run(flagCommand, 'create', 'heard')
  await run(flagCommand, 'include', 'heard', 'ada', 'on')
  await run(rolloutCommand, 'create', 'heard', '--start')
  expect((await run(flagCommand, 'complaint', 'heard', 'ada', 'Half of my text is gone', '--critical')).out).toBe(
    'A complaint about heard, "on", is noted. Its words: sluice rollout log heard\n',
  )
  expect((await run(rolloutCommand, 'log', 'heard')).out).toMatch(
    /Complaint about .*on.*, critical: Half of my text is gone/,
  )
  expect((await run(flagCommand, 'complaint', 'heard', '-', '--variant', 'off')).out).toMatch(/"off", is noted\.\n/)
  await expect(run(flagCommand, 'complaint', 'heard', '-')).rejects.toThrow(/--variant/)
})

test('R1, R15: on gives a plain switch to everybody, off takes it back; where a plan decides, on only lifts the kill', async () => {
  await run(flagCommand, 'create', 'plain')
  expect((await run(flagCommand, 'on', 'plain')).out).toMatch(
    /^plain, version 2, is on: everybody gets "on"\.\nNo application is connected/,
  )
  expect((await run(flagCommand, 'explain', 'plain', 'ada')).out).toContain('→ on')
  expect((await run(flagCommand, 'off', 'plain')).out).toMatch(/is off: everybody gets "off"/)
  expect((await run(flagCommand, 'explain', 'plain', 'ada')).out).toContain('→ off')
  await run(flagCommand, 'create', 'planned')
  await run(rolloutCommand, 'create', 'planned')
  await run(flagCommand, 'off', 'planned')
  await run(flagCommand, 'on', 'planned')
  expect((await run(flagCommand, 'explain', 'planned', 'ada')).out).toContain('→ off')
})

test('R12: a person forces a variant on everybody, with a reason, and lets the rules decide again', async () => {
  await run(flagCommand, 'create', 'forced')
  await expect(run(flagCommand, 'force', 'forced', 'on')).rejects.toThrow(/--reason/)
  expect((await run(flagCommand, 'force', 'forced', 'on', '--reason', 'demo day')).out).toMatch(
    /forced: everybody gets "on"/,
  )
  expect((await run(flagCommand, 'ls')).out).toMatch(/forced +on +forced to "on"/)
  await run(flagCommand, 'force', 'forced', 'auto')
  expect((await run(flagCommand, 'explain', 'forced', 'ada')).out).toContain('→ off')
})

test('R7: an entry of a list has a reason and an end, is there once, and can be removed', async () => {
  await run(flagCommand, 'create', 'lists')
  const stored = async () =>
    (JSON.parse((await run(flagCommand, 'get', 'lists', '--json')).out) as { flag: Record<string, unknown[]> }).flag
  for (let twice = 0; twice < 2; twice++)
    await run(flagCommand, 'include', 'lists', 'ada', 'on', '--reason', 'trial', '--expires', '2099-01-01T00:00:00Z')
  expect((await stored())['include']).toEqual([
    { unit: 'ada', variant: 'on', reason: 'trial', expires: '2099-01-01T00:00:00Z' },
  ])
  expect((await run(flagCommand, 'explain', 'lists', 'ada')).out).toContain('→ on')
  await run(flagCommand, 'include', 'lists', 'ada', '--remove')
  expect((await stored())['include']).toEqual([])
  await expect(run(flagCommand, 'include', 'lists', 'ada', 'on', '--expires', 'soon')).rejects.toThrow(/expires/)
})

test('R18: a flag past its date is listed as stale, and where files name it', async () => {
  await rig.write('chat.ts', "const a = 1\nif (on('old-way')) b()\nif (on('old-way-2')) c()\n")
  await rig.write('.env', 'SLUICE_FORCE_OLD_WAY=on\n')
  const flag = {
    enabled: true,
    variants: { on: true, off: false },
    off: 'off',
    serve: 'on',
    expires: '2020-01-02T00:00:00Z',
  }
  const file = await rig.write('flag.json', flag)
  expect((await run(flagCommand, 'stale')).out).toBe('No flag is stale.\n')
  await run(flagCommand, 'set', 'old-way', file)
  expect((await run(flagCommand, 'stale')).out).toMatch(/^old-way +on +stale: its time was over on 2020-01-02\n$/)
  expect((await run(flagCommand, 'uses', 'old-way', rig.path('.'))).out).toBe(
    ".env:1: SLUICE_FORCE_OLD_WAY=on\nchat.ts:2: if (on('old-way')) b()\n",
  )
  expect((await run(flagCommand, 'uses', 'nowhere', rig.path('.'))).out).toBe('Nothing here names it.\n')
  await run(flagCommand, 'rm', 'old-way')
})

test('R22: before the start a plan says on which dates its stages are reached', async () => {
  await run(flagCommand, 'create', 'dated')
  const plan = await rig.write('weeks.json', { flag: 'dated', template: 'execution-mode' })
  const { out } = await run(rolloutCommand, 'plan', plan)
  const dates = [...out.matchAll(/^(?:Dates)? +(\S+ \d\d:\d\d) UTC {2}(\d+ %|done)/gm)]
  const weeks = dates.map(([, at, what]) => `${what} ${((Date.parse(`${at}Z`) - Date.now()) / 604_800_000).toFixed(1)}`)
  expect(weeks.map((text) => text.replace('-0.0', '0.0'))).toEqual([
    '10 % 0.0',
    '20 % 1.0',
    '50 % 2.0',
    '95 % 3.0',
    'done 5.0',
  ])
})

test('R34: the way back is rehearsed with one made-up user, and answers the checklist', async () => {
  await run(flagCommand, 'create', 'rehearsed')
  await run(flagCommand, 'off', 'rehearsed')
  const plan = await rig.write('rehearsal.json', { flag: 'rehearsed', checklist: ['Rollback tested'] })
  await run(rolloutCommand, 'create', plan)
  const { code, out } = await run(rolloutCommand, 'rehearse', 'rehearsed')
  expect([code, out]).toEqual([0, expect.stringMatching(/^there {2}on .*\nback {3}off .*\nThe way back works: \d+ ms/)])
  expect((await run(checkCommand, 'ls', 'rehearsed')).out).toMatch(/☑ rollback-tested .*on and back to off in \d+ ms/)
  const { flag } = JSON.parse((await run(flagCommand, 'get', 'rehearsed', '--json')).out) as {
    flag: { enabled: boolean; include: unknown[] }
  }
  expect([flag.enabled, flag.include]).toEqual([false, []])
  await run(flagCommand, 'include', 'rehearsed', 'ada', 'on')
  await expect(run(rolloutCommand, 'rehearse', 'rehearsed')).rejects.toThrow(/would let people in/)
})

test('types are made of the flags, and a check tells when they are no longer right', async () => {
  await run(flagCommand, 'create', 'typed')
  expect((await run(codegenCommand)).out).toContain("    'typed': { value: boolean; variant: 'on' | 'off' }")
  const path = rig.path('types/flags.d.ts')
  expect((await run(codegenCommand, '--out', path, '--check')).code).toBe(6)
  expect((await run(codegenCommand, '--out', path)).code).toBe(0)
  expect((await run(codegenCommand, '--out', path, '--check')).code).toBe(0)
  await run(flagCommand, 'create', 'typed-later')
  expect((await run(codegenCommand, '--out', path, '--check')).code).toBe(6)
  await expect(run(codegenCommand, '--check')).rejects.toThrow(UsageError)
})

test('B26: a rollout is made, held and rolled back, and exit codes say so', async () => {
  await run(flagCommand, 'create', 'chat-model')
  const created = await run(rolloutCommand, 'create', 'chat-model', '--start', '--reason', 'try')
  expect(created.out).toMatch(/Rollout {3}chat-model · production {3}● running/)
  expect(created.code).toBe(0)
  await run(rolloutCommand, 'hold', 'chat-model', '--reason', 'lunch')
  const held = await run(rolloutCommand, 'get', 'chat-model')
  expect([held.code, held.out.includes('a person holds it: lunch')]).toEqual([4, true])
  expect((await run(rolloutCommand, 'watch', 'chat-model', '--until', 'decided')).code).toBe(4)
  expect((await run(rolloutCommand, 'watch', 'chat-model', '--until', 'stage:1')).code).toBe(0)
  for (const until of ['completed', 'stage:50'])
    expect((await run(rolloutCommand, 'watch', 'chat-model', '--until', until, '--timeout', '1s')).code).toBe(5)
  await expect(run(rolloutCommand, 'watch', 'chat-model', '--until', 'later')).rejects.toThrow(UsageError)
  await run(rolloutCommand, 'resume', 'chat-model')
  await run(flagCommand, 'off', 'chat-model')
  expect((await run(rolloutCommand, 'watch', 'chat-model')).code).toBe(4)
  await run(rolloutCommand, 'rollback', 'chat-model')
  expect((await run(rolloutCommand, 'watch', 'chat-model', '--until', 'stage:50')).code).toBe(3)
  expect((await run(rolloutCommand, 'get', 'chat-model')).code).toBe(3)
  expect(
    (await run(rolloutCommand, 'history', 'chat-model')).out.split('\n').map((line) => line.split(/\s+/)[1]),
  ).toEqual(['start', 'hold', 'resume', 'rollback', undefined])
  expect((await run(rolloutCommand, 'report', 'chat-model')).out).toMatch(/^<!doctype html>/)
  await expect(run(rolloutCommand, 'rollback', 'chat-model', '--to', '150')).rejects.toThrow(/from 0 to 100/)
})

test('a checklist is listed, skipped with a reason and answered by a command; the log tells of it', async () => {
  await run(flagCommand, 'create', 'checked')
  const plan = { flag: 'checked', checklist: ['Team told', { text: 'Suite', command: 'npm test' }] }
  await run(rolloutCommand, 'create', await rig.write('plan.json', plan))
  await run(rolloutCommand, 'start', 'checked', '--reason', 'try')
  const listed = await run(checkCommand, 'ls', 'checked')
  expect(listed).toMatchObject({
    code: 4,
    out: 'Before the start\n  ☐ team-told  Team told\n  ☐ suite      Suite  (npm test)\n',
  })
  await expect(run(checkCommand, 'skip', 'checked', 'team-told')).rejects.toThrow(/Say why it need not be done/)
  await run(checkCommand, 'skip', 'checked', 'team-told', '--note', 'on holiday')
  const failed = await run(checkCommand, 'run', 'checked', 'suite', '--', process.execPath, '-e', 'process.exit(3)')
  expect([failed.code, failed.out.includes('✖ suite')]).toEqual([3, true])
  const passed = await run(checkCommand, 'run', 'checked', 'suite', '--', process.execPath, '-e', 'console.log(7)')
  expect([passed.code, passed.out.includes('At 1 %')]).toEqual([0, true])
  await expect(run(checkCommand, 'run', 'checked', 'suite')).rejects.toThrow(/after "--"/)
  await run(rolloutCommand, 'note', 'checked', 'Watched the first minutes.')
  const { out } = await run(rolloutCommand, 'log', 'checked')
  expect(out).toMatch(/- \[x\] Team told \(skipped\): on holiday\n- \[x\] Suite: exit code 0; 7/)
  expect(out).toContain('- Watched the first minutes. (')
})

test('a train is shown in its order', async () => {
  expect((await run(trainCommand)).out).toMatch(/^No rollout waits for another/)
  for (const flag of ['car-b', 'car-a']) await run(flagCommand, 'create', flag)
  const plan = await rig.write('car-a.json', { flag: 'car-a', after: ['car-b'] })
  await run(rolloutCommand, 'create', 'car-b')
  await run(rolloutCommand, 'create', plan)
  expect((await run(trainCommand)).out.split('\n').slice(1, 3)).toEqual([
    ' 1 car-b     0 %  draft',
    ' 2 car-a     0 %  draft',
  ])
})

test('a plan is shown before its start: a row a stage and guardrail, findings with remedies, an exit code', async () => {
  await run(flagCommand, 'create', 'planned')
  const unknown = await run(rolloutCommand, 'plan', 'planned')
  expect([unknown.code, unknown.out]).toEqual([0, expect.stringContaining('Traffic   unknown; say it with')])
  const figures = ['--units-per-day', '50000', '--rate', 'error=0.01', '--value', 'latency_ms=800,3000']
  const { code, out } = await run(rolloutCommand, 'plan', 'planned', ...figures)
  expect(code).toBe(0)
  expect(out).toMatch(
    /^Plan {6}planned · production {3}advance on quiet\nTraffic {3}about 50,000 users a day, as given/,
  )
  expect(out).toMatch(/1 % 1 h +21 +1 h +errors +\S+ +2x +/)
  expect(out).toMatch(/\n▲ Warning Stage 1 \(1 %, at least 1 h\) is blind: .*\n {10}Let it last/)
  expect(
    Math.max(
      ...out
        .split('\n')
        .slice(0, 12)
        .map((line) => line.length),
    ),
  ).toBeLessThan(100)
  expect(unknown.out).toMatch(/\nNext: sluice rollout create planned --start\n$/)
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-plan-')), 'plan.json')
  writeFileSync(file, JSON.stringify({ flag: 'planned' }))
  expect((await run(rolloutCommand, 'plan', file)).out).toContain(`Next: sluice rollout create ${file} --start`)
  const json = JSON.parse((await run(rolloutCommand, 'plan', 'planned', '--json', ...figures)).out) as { stages: [] }
  expect(json.stages).toHaveLength(4)
  const broken = await run(rolloutCommand, 'plan', 'planned', '--units-per-day', '9', '--rate', 'error=0')
  expect([broken.code, /unknown/.test(broken.out)]).toEqual([0, true])
  await expect(run(rolloutCommand, 'plan', 'planned', '--rate', 'error=0.01')).rejects.toThrow(
    /--units-per-day as well/,
  )
  await expect(run(rolloutCommand, 'plan', 'planned', '--units-per-day', '9', '--rate', 'error=1%')).rejects.toThrow(
    /Expected --rate as error=0.01/,
  )
})

test('alerts: nothing open is said so, and a wrong id or word is refused', async () => {
  expect(await run(alertsCommand)).toMatchObject({ code: 0, out: 'Nothing is open.\n' })
  await expect(run(alertsCommand, 'resolve', 'al_none')).rejects.toThrow(/There is no alert "al_none"/)
  await expect(run(alertsCommand, 'mute', 'x')).rejects.toThrow(UsageError)
  await expect(run(alertsCommand, 'resolve')).rejects.toThrow(/id of an alert/)
})

test('a channel is added, refused a private address, listed and removed', async () => {
  const added = await run(channelCommand, 'add', 'webhook', 'http://127.0.0.1:9/hook', '--name', 'ops')
  expect(added.out).toMatch(/^ch_\w+ {2}webhook {2}ops {2}all environments {2}rollout\.\*, alert\.\*\nSecret {2}whsec_/)
  const id = added.out.split(' ')[0] ?? ''
  const tested = await run(channelCommand, 'test', id)
  expect([tested.code, tested.out]).toEqual([1, expect.stringMatching(/It did not arrive: 127\.0\.0\.1 lies inside/)])
  expect((await run(channelCommand, 'deliveries', id)).out).toBe('Nothing was sent yet.\n')
  await run(channelCommand, 'rm', id)
  expect((await run(channelCommand, 'ls')).out).toMatch(/^No channel yet/)
  await expect(run(channelCommand, 'add', 'slack', 'C1')).rejects.toThrow(/--token/)
  await expect(run(channelCommand, 'add', 'mail', 'x')).rejects.toThrow(UsageError)
})

test('waiting and breached rollouts have codes of their own', () => {
  const rollout = (state: string, code?: string) =>
    ({ state, waitingFor: code ? [{ code, sentence: '' }] : [] }) as never
  expect(
    [
      rollout('running'),
      rollout('held', 'no_data'),
      rollout('held', 'breach'),
      rollout('rolled_back'),
      rollout('awaiting_decision'),
    ].map(codeOf),
  ).toEqual([0, 4, 3, 3, 4])
})

test('the doctor says what is wrong', async () => {
  expect((await run(doctorCommand)).out).toMatch(/✔ server .*\n✔ key .*\n✔ flags .*\n✔ sdks/)
  process.env['SLUICE_KEY'] = 'wrong'
  const sick = await run(doctorCommand)
  expect([sick.code, /✖ key/.test(sick.out)]).toEqual([1, true])
  process.env['SLUICE_KEY'] = adminKey
})
