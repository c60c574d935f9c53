import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from '../command.ts'
import { runCommand as run } from '../testing/run-command.ts'
import { type CliRig, startCliRig } from '../testing/test-server.ts'
import { applyCommand, driftCommand, exportCommand, planCommand } from './config.ts'
import { flagCommand } from './flag.ts'

let rig: CliRig
beforeAll(async () => {
  rig = await startCliRig()
})
afterAll(() => rig.close())

const yaml = `version: 1
environment: staging
flags:
  patch-mode:
    variants: { "on": true, "off": false }
    "off": "off"
    serve: "off"
    owner: ai-team
rollouts:
  patch-mode:
    stages: [{ percent: 10 }, { percent: 100 }]
`

test('plan, apply, drift and export of a file', async () => {
  const path = await rig.write('sluice.yaml', yaml)
  const planned = await run(planCommand, path, '--exit-code')
  expect(planned.code).toBe(6)
  expect(planned.out.split('\n')).toEqual([
    'staging:',
    '  + flag patch-mode: a new flag, switched off until a rollout starts or somebody switches it on',
    '  + rollout patch-mode: a draft; nobody gets anything until: sluice rollout start patch-mode',
    '2 to create, 0 to change, 0 to delete, 0 kept as they are.',
    '',
  ])
  await expect(run(applyCommand, path)).rejects.toThrow(UsageError)
  expect((await run(applyCommand, path, '--yes')).out).toMatch(/^Applied to staging, revision 1\./)
  expect((await run(planCommand, path, '--exit-code')).code).toBe(0)
  expect((await run(driftCommand, path)).out).toBe('staging: as the file says.\n')

  await run(flagCommand, 'create', 'by-hand', '--env', 'staging')
  const drift = await run(driftCommand, path, '--exit-code')
  expect([drift.code, drift.out]).toEqual([6, 'staging:\n  unmanaged  flag by-hand\n'])

  const exported = await rig.write('exported.yaml', (await run(exportCommand, '--env', 'staging')).out)
  expect(await readFile(exported, 'utf8')).toMatch(/"off": "off"/)
  expect((await run(planCommand, exported, '--exit-code')).code).toBe(0)
})

test('a kept plan does what it showed, or nothing once something has changed', async () => {
  const path = await rig.write('next.yaml', yaml.replace('ai-team', 'platform'))
  const out = rig.path('plan.json')
  expect((await run(planCommand, path, '--out', out)).out).toContain('/owner: "ai-team" → "platform"')
  await run(flagCommand, 'create', 'meanwhile', '--env', 'staging')
  await expect(run(applyCommand, out, '--yes')).rejects.toThrow(/The plan was made at revision 2; staging is at 3/)
  await run(planCommand, path, '--out', out)
  expect((await run(applyCommand, out, '--yes', '--reason', 'new team')).out).toMatch(/^Applied to staging/)
  expect((await run(planCommand, path)).out).toMatch(/^staging: nothing to do\./)
})

test.each([
  ['version: 1\nflags:\n  a:\n   - x\n', /broken\.yaml:3: \/flags\/a: Expected a flag as an object/],
  ['version: 1\nflag: {}\n', /broken\.yaml: \/flag|broken\.yaml:2: \/flag/],
  ['version: 1\nflags: {\n', /broken\.yaml:\d+: /],
  ['version: 1\nversion: 1\n', /broken\.yaml:2: Map keys must be unique/],
  [
    'version: 1\nflags:\n  a:\n    variants: { x: 1 }\n    off: y\n    serve: x\n',
    /broken\.yaml:5: \/flags\/a\/off: .*y/,
  ],
])('faults name the line: %j', async (text, message) => {
  const path = await rig.write('broken.yaml', text)
  await expect(run(planCommand, path)).rejects.toThrow(message)
})

test('a file that is not there is said so', async () => {
  await expect(run(planCommand, rig.path('none.yaml'))).rejects.toThrow(/Cannot read .*none\.yaml/)
})
