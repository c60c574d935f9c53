import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { configFileJsonSchema } from './config-file-schema.ts'

const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, uri: true } })
const isConfig = ajv.compile(configFileJsonSchema())
const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const config = {
  version: 1,
  environment: 'production',
  flags: { f: flag },
  rollouts: {
    f: {
      stages: [{ percent: 10, atLeast: '24h', checklist: ['Team told'] }],
      guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' }],
    },
  },
}

test('is published as a file of its own: vitest -u writes it anew', async () => {
  const text = `${JSON.stringify(configFileJsonSchema(), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../config-file.schema.json')
})

test('takes a file with flags and plans', () => {
  expect(isConfig(config), JSON.stringify(isConfig.errors)).toBe(true)
})

test.each([
  ['another version', { ...config, version: 2 }],
  ['a flag with a field that is none', { ...config, flags: { f: { ...flag, enabeld: true } } }],
  ['a percentage over 100', { ...config, rollouts: { f: { stages: [{ percent: 101 }] } } }],
  ['an action that is none', { ...config, rollouts: { f: { guardrails: [{ metric: 'error', onBreach: 'panic' }] } } }],
  ['a field that is none', { ...config, flag: {} }],
])('refuses %s', (_, file) => {
  expect(isConfig(file)).toBe(false)
})
