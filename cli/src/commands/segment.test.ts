import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from '../command.ts'
import { runCommand } from '../testing/run-command.ts'
import { type CliRig, startCliRig } from '../testing/test-server.ts'
import { flagCommand } from './flag.ts'
import { segmentCommand } from './segment.ts'

let rig: CliRig
beforeAll(async () => {
  rig = await startCliRig()
})
afterAll(() => rig.close())

const run = (...args: readonly string[]) => runCommand(segmentCommand, ...args)

test('a segment is put, listed with who uses it, read, and deleted once nothing does', async () => {
  expect((await run('list')).out).toBe('No segment yet. Next: sluice segment put NAME FILE.json\n')
  const pro = { if: { attr: 'plan', op: 'in', values: ['pro'] } }
  const path = await rig.write('pros.json', pro)
  expect((await run('put', 'pros', path, '--reason', 'they pay')).out).toMatch(/^pros, version 1, used by nothing\n/)
  const flag = {
    enabled: true,
    variants: { on: true, off: false },
    off: 'off',
    serve: 'off',
    rules: [{ id: 'pros', if: { segment: 'pros' }, serve: 'on' }],
  }
  await runCommand(flagCommand, 'set', 'chat', await rig.write('chat.json', flag))
  expect((await run('list')).out).toBe('pros  used by chat\n')
  await expect(run('delete', 'pros')).rejects.toThrow(/The segment "pros" is in use by the flag chat/)
  expect(JSON.parse((await run('get', 'pros', '--json')).out)).toMatchObject({
    segment: pro,
    usedBy: { flags: ['chat'], segments: [] },
  })
  await runCommand(flagCommand, 'rm', 'chat')
  expect((await run('delete', 'pros')).out).toBe('Deleted.\n')
  await expect(run('get', 'pros')).rejects.toThrow(/There is no segment "pros"/)
})

test('says what it expects', async () => {
  await expect(run('frob')).rejects.toThrow(UsageError)
  await expect(run('get')).rejects.toThrow(/name of a segment/)
  await expect(run('put', 'x')).rejects.toThrow(/Expected a file/)
  const bad = await rig.write('bad.json', { if: { attr: 'a', op: 'magic', values: [1] } })
  await expect(run('put', 'x', bad)).rejects.toThrow(/\/if\/op: Expected one of in, exists/)
})
