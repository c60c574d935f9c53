import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { flagTypesText } from './flag-types.ts'
import { typeOfValues } from './value-type.ts'

const flags = {
  'patch-mode': { variants: { on: true, off: false }, description: 'Batches */ tool\ncalls' },
  'chat-model': { variants: { new: 'openai:gpt-5', old: 'openai:gpt-4o' } },
  limits: { variants: { high: { max: 9, burst: 2 }, low: { max: 1 } } },
  'it\'s "odd"\n': { variants: { 'a-b': null } },
}
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What TypeScript says about a program beside the generated types. */
function compile(program: string, types = flagTypesText(flags)): string[] {
  // Inside the repository, where `@sluice/sdk` can be found.
  const folder = mkdtempSync(join(root, 'cli/.codegen-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'flags.d.ts'), types)
  writeFileSync(
    join(folder, 'program.ts'),
    `import { createClient, createTestClient } from '@sluice/sdk'\nimport { useFlag } from '@sluice/sdk/react'\nconst sluice = createClient()\n${program}`,
  )
  const options = { types: ['node'], lib: ['es2024', 'dom'], noEmit: true }
  const config = { extends: '../../tsconfig.base.json', compilerOptions: options, files: ['flags.d.ts', 'program.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const tsc = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', folder], {
    encoding: 'utf8',
    cwd: folder,
  })
  return tsc.stdout.split('\n').filter((line) => /error TS/.test(line))
}

test('known keys, values and variants compile, and keep their types', () => {
  const program = `
    const user = { targetingKey: 'ann' }
    const enabled: boolean = sluice.isEnabled('patch-mode', user)
    const model: 'new' | 'old' = sluice.variant('chat-model', user, 'old')
    const { max, burst }: { readonly max: number; readonly burst?: number } = sluice.value('limits', user, { max: 2 })
    const perhaps: string | null = sluice.value('chat-model', user, null)
    const kept: Promise<AbortSignal | null> = sluice.run('patch-mode', user, { on: (call) => call.signal, off: () => null })
    const done: Promise<1 | 2> = sluice.run('patch-mode', user, { on: () => 1 as const, off: () => 2 as const })
    sluice.details('it\\'s "odd"\\n', user, null)`
  expect(compile(program)).toEqual([])
}, 30_000)

test('what the flags do not have fails the compiler', () => {
  const wrong = [
    ["sluice.isEnabled('gone')", 'TS2345'],
    ["sluice.value('limits', {}, 5)", 'TS2345'],
    ["sluice.variant('chat-model', {}, 'middle')", 'TS2345'],
    ["sluice.run('patch-mode', {}, { on: () => 1, of: () => 2 })", 'TS2322'],
    ["const text: string = sluice.value('limits', {}, { max: 1 })", 'TS2322'],
    ["sluice.track({}, { flag: 'gone', error: 0 })", 'TS2322'],
    ['createTestClient({ gone: true })', 'TS2353'],
    ['useFlag("gone")', 'TS2345'],
  ] as const
  const faults = compile(wrong.map(([line]) => line).join('\n'))
  const expected = wrong.map(([, code], i) => expect.stringMatching(new RegExp(`program\\.ts\\(${i + 4},.* ${code}:`)))
  expect(faults).toEqual(expected)
}, 30_000)

test('without generated types any key will do, and a fallback stands for its type', () => {
  const program = `
    const limit: number = sluice.value('limit', {}, 10)
    const isTwenty = sluice.value('limit', {}, 10) === 20
    sluice.run('any', {}, { on: () => 1, off: () => 2 })`
  expect(compile(program, 'export {}')).toEqual([])
}, 30_000)

test.each([
  [[true, false], 'boolean'],
  [[1, 'a', null], 'null | number | string'],
  [[[1, 'a'], []], 'readonly (number | string)[]'],
  [[{}, { a: { b: [true] } }], "{ readonly 'a'?: { readonly 'b': readonly boolean[] } }"],
  [[{}], 'Record<string, never>'],
  [[], 'unknown'],
])('the type of %j', (values, type) => {
  expect(typeOfValues(values)).toBe(type)
})
