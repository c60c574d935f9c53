import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from '../command.ts'
import { runCommand as run } from '../testing/run-command.ts'
import { type CliRig, startCliRig } from '../testing/test-server.ts'
import { evaluateCommand } from './evaluate.ts'
import { flagCommand } from './flag.ts'
import { importCommand } from './import.ts'
import { segmentCommand } from './segment.ts'

let rig: CliRig
beforeAll(async () => {
  rig = await startCliRig()
})
afterAll(() => rig.close())

const whitelist = {
  patch_mode_enabled: { enabled: true, rolloutPercentage: 10, whitelist: ['user_0'], blacklist: ['user_9'] },
}
const unleash = {
  version: 2,
  features: [
    {
      name: 'checkout',
      enabled: true,
      impressionData: true,
      strategies: [
        {
          name: 'flexibleRollout',
          parameters: { rollout: '50', stickiness: 'default', groupId: 'checkout' },
          segments: [1],
        },
      ],
    },
  ],
  segments: [{ id: 1, name: 'pros', constraints: [{ contextName: 'plan', operator: 'IN', values: ['pro'] }] }],
}

test('flags of a whitelist file are imported once, and a rollout takes them from there', async () => {
  const path = await rig.write('flags.json', whitelist)
  const { code, out } = await run(importCommand, 'whitelist-json', path, '--env', 'staging')
  expect([code, out]).toEqual([0, expect.stringContaining('Imported into staging, revision 1.')])
  const { out: shown } = await run(flagCommand, 'get', 'patch_mode_enabled', '--env', 'staging', '--json')
  expect(shown).toContain('java31')
  await expect(run(importCommand, 'whitelist-json', path, '--env', 'staging')).rejects.toThrow(
    /already: patch_mode_enabled/,
  )
})

test('flags and segments of Unleash are imported, with a report of what differs', async () => {
  const path = await rig.write('unleash.json', unleash)
  const dry = await run(importCommand, 'unleash', path, '--dry-run', '--json')
  expect(JSON.parse(dry.out)).toMatchObject({
    done: 'Nothing was changed.',
    flags: ['checkout'],
    segments: ['pros'],
    notes: [
      { flag: 'checkout', effect: 'differs' },
      { flag: 'checkout', effect: 'dropped', sentence: expect.stringContaining('impressionData') },
      { flag: null, effect: 'differs' },
    ],
  })
  const { out } = await run(importCommand, 'unleash', path, '--env', 'staging')
  expect(out).toMatch(/Not quite the same:\n {2}checkout: A context without user/)
  expect(out).toContain('Imported into staging')
  expect((await run(segmentCommand, 'list', '--env', 'staging')).out).toBe('pros  used by checkout\n')
})

test('a feature that waits for variants of another keeps those that there are', async () => {
  const [checkout] = unleash.features
  const parent = { ...checkout, name: 'parent', strategies: [], variants: [{ name: 'a', weight: 1000 }] }
  const dependencies = [{ feature: 'parent', variants: ['a', 'disabled', 'nowhere'] }]
  const path = await rig.write('waits.json', {
    ...unleash,
    segments: [],
    features: [parent, { ...checkout, name: 'child', strategies: [], dependencies }],
  })
  await run(importCommand, 'unleash', path, '--env', 'demo')
  const { out } = await run(flagCommand, 'get', 'child', '--env', 'demo', '--json')
  expect(JSON.parse(out).flag.requires).toEqual([{ flag: 'parent', variants: ['a', 'on'] }])
})

test('a segment of the same name is shared where it says the same, and never changed', async () => {
  const named = (name: string, plan: string) => ({
    ...unleash,
    features: [{ ...unleash.features[0], name }],
    segments: [{ ...unleash.segments[0], constraints: [{ contextName: 'plan', operator: 'IN', values: [plan] }] }],
  })
  const first = await rig.write('first.json', named('first', 'pro'))
  await run(importCommand, 'unleash', first, '--env', 'production')
  const other = await rig.write('other.json', named('second', 'free'))
  await expect(run(importCommand, 'unleash', other, '--env', 'production')).rejects.toThrow(
    /production has other segments of these names already: pros\. Nothing was changed/,
  )
  await expect(run(flagCommand, 'get', 'second')).rejects.toThrow(/no flag "second"/)
  const same = await rig.write('same.json', named('second', 'pro'))
  await run(importCommand, 'unleash', same, '--env', 'production')
  expect((await run(segmentCommand, 'list')).out).toBe('pros  used by first, second\n')
})

test('what is imported can be evaluated offline, line by line, bad lines too', async () => {
  const path = await rig.write('flags.json', whitelist)
  await run(importCommand, 'whitelist-json', path, '--out', rig.path('set.json'))
  const flags = JSON.parse(await readFile(rig.path('set.json'), 'utf8')) as object
  const on = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'on' }
  const later = {
    ...on,
    serve: 'off',
    rules: [{ id: 'soon', if: { attr: '$now', op: 'after', values: ['2030-01-01T00:00:00Z'] }, serve: 'on' }],
  }
  const lines: readonly (readonly [unknown, unknown])[] = [
    [
      { flags: 'set.json', flag: 'patch_mode_enabled', context: { targetingKey: 'user_0' } },
      { value: true, variant: 'on', reason: 'TARGETING_MATCH' },
    ],
    [
      { flags, flag: 'patch_mode_enabled', context: { targetingKey: 'user_9' } },
      { value: false, variant: 'off', reason: 'TARGETING_MATCH' },
    ],
    [
      { flags, flag: 'patch_mode_enabled', context: { targetingKey: 'user_1' } },
      { value: false, variant: 'off', reason: 'DEFAULT' },
    ],
    [
      { flags, flag: 'none', context: {}, default: 7 },
      { value: 7, variant: null, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' },
    ],
    [
      { flags: { flags: { on } }, flag: 'on' },
      { value: true, variant: 'on', reason: 'STATIC' },
    ],
    [
      { flags: { flags: { on } }, flag: 'on', default: 'x' },
      { value: 'x', variant: null, reason: 'ERROR', errorCode: 'TYPE_MISMATCH' },
    ],
    [
      { flags: { flags: { on: { ...on, off: null, enabled: false } } }, flag: 'on', default: 'mine' },
      { value: 'mine', variant: null, reason: 'DISABLED' },
    ],
    [
      { flags: { flags: { later } }, flag: 'later', context: {} },
      { value: true, variant: 'on', reason: 'TARGETING_MATCH', rule: 'soon' },
    ],
    [
      { flags: { flags: { on: { ...on, rules: 7 } } }, flag: 'on' },
      { value: false, variant: 'off', reason: 'ERROR' },
    ],
    [
      { flags: { flags: { on } }, flag: 'on', context: [] },
      { value: null, variant: null, reason: 'ERROR', errorCode: 'INVALID_CONTEXT' },
    ],
    [
      { flags: 'nowhere.json', flag: 'on' },
      { value: null, variant: null, reason: 'ERROR', errorCode: 'PARSE_ERROR' },
    ],
    [
      `{"flags": {"flags": {"on": ${JSON.stringify(on)}, "deep": ${'['.repeat(50_000)}${']'.repeat(50_000)}}}, "flag": "on"}`,
      { value: true, variant: 'on', reason: 'STATIC' },
    ],
    [
      { flags: { flags: { on: { ...on, variants: { on: 'one\u2028two', off: '' } } } }, flag: 'on' },
      { value: 'one\u2028two', variant: 'on', reason: 'STATIC' },
    ],
    [
      `{"flags": {"flags": {"on": ${JSON.stringify(on)}}}, "flag": "on", "flag": "off"}`,
      { value: null, variant: null, reason: 'ERROR', errorCode: 'PARSE_ERROR' },
    ],
    ['{"flags":', { value: null, variant: null, reason: 'ERROR', errorCode: 'PARSE_ERROR' }],
    ['7', { value: null, variant: null, reason: 'ERROR', errorCode: 'PARSE_ERROR' }],
  ]
  const text = lines.map(([line]) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  const cases = await rig.write('cases.ndjson', `\uFEFF${text}\n`)
  const { code, out } = await run(evaluateCommand, '--cases', cases, '--now', '2031-01-01T00:00:00Z')
  const answers = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { error?: string })
  for (const answer of answers) delete answer.error
  expect(answers).toEqual(lines.map(([, answer]) => answer))
  expect(code).toBe(0)
})

test('says what it expects', async () => {
  await expect(run(importCommand, 'launchdarkly', 'x.json')).rejects.toThrow(UsageError)
  await expect(run(importCommand, 'unleash', rig.path('gone.json'))).rejects.toThrow(/Cannot read/)
  const bad = await rig.write('bad.json', { f: { enabled: 1 } })
  await expect(run(importCommand, 'whitelist-json', bad)).rejects.toThrow(/\/f\/enabled: Expected true or false/)
  await expect(run(evaluateCommand)).rejects.toThrow(UsageError)
  await expect(run(evaluateCommand, '--cases', rig.path('gone.ndjson'))).rejects.toThrow(/Cannot read/)
})
