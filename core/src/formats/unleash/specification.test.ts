import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { RE2JS } from 're2js'
import { describe, expect, test } from 'vitest'
import { type Flag, type Outcome, type RegexCompiler, compileFlagSet, evaluate } from '../../evaluation/index.ts'
import { importUnleash } from './import-unleash.ts'

interface Case {
  readonly description: string
  readonly context: Readonly<Record<string, unknown>>
  readonly toggleName: string
  readonly expectedResult: unknown
}
interface Suite {
  readonly name: string
  readonly state: unknown
  readonly tests?: readonly Case[]
  readonly variantTests?: readonly Case[]
}

const require = createRequire(import.meta.url)
const read = (name: string): unknown =>
  JSON.parse(readFileSync(require.resolve(`@unleash/client-specification/specifications/${name}`), 'utf8'))
const suites = (read('index.json') as string[]).map((name) => read(name) as Suite)
const regex: RegexCompiler = (pattern) => {
  const compiled = RE2JS.compile(pattern)
  return (text) => compiled.test(text)
}

/** What Unleash's SDK would answer: on without a variant is called "disabled" there. */
function variantOf(outcome: Outcome, flag: Flag | undefined): unknown {
  const isOn = outcome.variant !== null && outcome.variant !== flag?.off
  const isVariant = isOn && outcome.variant !== 'on'
  if (!isVariant) return { name: 'disabled', enabled: false, feature_enabled: isOn }
  return { name: outcome.variant, enabled: true, feature_enabled: true }
}

describe('the client specification of Unleash', () => {
  let cases = 0
  describe.each(suites.map((suite) => [suite.name, suite] as const))(
    '%s',
    (_, { state, tests = [], variantTests = [] }) => {
      const result = importUnleash(state, regex)
      if (!result.ok) throw new Error(result.problems[0]?.message)
      const { flags, segments } = result.imported
      const compiled = compileFlagSet({ schema: 1, env: 'e', epoch: 'x', revision: 1, flags, segments }, { regex })
      const answer = ({ toggleName, context }: Case) => evaluate(compiled, toggleName, context, Date.UTC(2026, 10, 20))
      cases += tests.length + variantTests.length

      test.each(tests.map((one) => [one.description, one] as const))('%s', (__, one) => {
        const { variant, error } = answer(one)
        expect(error === undefined || !Object.hasOwn(flags, one.toggleName), error).toBe(true)
        expect(variant !== null && variant !== flags[one.toggleName]?.off).toBe(one.expectedResult)
      })

      test.each(variantTests.map((one) => [one.description, one] as const))('%s (variant)', (__, one) => {
        const outcome = answer(one)
        const { payload, ...expected } = one.expectedResult as { payload?: { type: string; value: string } }
        expect(variantOf(outcome, flags[one.toggleName])).toEqual(expected)
        if (payload) expect(outcome.value).toEqual(payload.type === 'number' ? Number(payload.value) : payload.value)
      })
    },
  )

  test('was run whole', () => expect(cases).toBe(279))
})
