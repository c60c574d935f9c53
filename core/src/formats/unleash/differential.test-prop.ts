// Random features in random contexts, answered by Unleash's own client and by ours after the import.
import { createRequire } from 'node:module'
import { RE2JS } from 're2js'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { scale } from '../../../../testing/scale.ts'
import { type RegexCompiler, compileFlagSet, evaluate } from '../../evaluation/index.ts'
import { importUnleash } from './import-unleash.ts'
import type { UnleashFeature, UnleashSegment, UnleashStrategy, UnleashVariant } from './unleash-state.ts'

interface TheirVariant {
  readonly name: string
  /** False: there is none. */
  readonly enabled: boolean
}
interface TheirClient {
  isEnabled(name: string, context: object, fallback: () => boolean): boolean
  getVariant(name: string, context: object): TheirVariant
}

const require = createRequire(import.meta.url)
const UnleashClient = require('unleash-client/lib/client').default as new (
  repository: object,
  strategies: readonly object[],
) => TheirClient
const { defaultStrategies } = require('unleash-client/lib/strategy') as { defaultStrategies: readonly object[] }

const regex: RegexCompiler = (pattern) => {
  const compiled = RE2JS.compile(pattern)
  return (text) => compiled.test(text)
}

/** Their hash reads the lower bytes of UTF-16, ours UTF-8: units and groups are ASCII here. */
const units = ['user_1', 'user_2', 'u', 'abc', '42', 'a.b@c', '0', ' x ']
const unit = fc.oneof(fc.constantFrom(...units), fc.stringMatching(/^[a-z0-9-]{1,12}$/))
const names = ['userId', 'sessionId', 'remoteAddress', 'plan', 'n', 'version', 'environment', 'appName', 'region']
const texts = [
  'pro',
  'Pro',
  'free',
  '',
  ' pro ',
  '3',
  '3.0',
  '-1',
  '0x10',
  '1.2.3',
  '1.2.3-rc.1',
  'v1.2.3',
  '1.2',
  '10.0.0.1',
  '::1',
]

const operators =
  'IN NOT_IN STR_STARTS_WITH STR_ENDS_WITH STR_CONTAINS NUM_EQ NUM_GT NUM_GTE NUM_LT NUM_LTE SEMVER_EQ SEMVER_GT SEMVER_GTE SEMVER_LT SEMVER_LTE REGEX IN_CIDR NOT_KNOWN DATE_AFTER DATE_BEFORE'.split(
    ' ',
  )
const constraint = fc
  .record(
    {
      contextName: fc.constantFrom(...names),
      operator: fc.constantFrom(...operators),
      values: fc.array(fc.constantFrom(...texts, ...units, '10.0.0.0/8', '2001:db8::/32', '0.0.0.0/0', '::/0'), {
        maxLength: 5,
      }),
      value: fc.constantFrom(...texts, '^p', 'o$', '[', '(?=x)', '\\d+', '5', '1e1', ''),
      inverted: fc.boolean(),
      caseInsensitive: fc.boolean(),
    },
    { requiredKeys: ['contextName', 'operator', 'values', 'value'] },
  )
  .map((given) =>
    given.operator.startsWith('DATE')
      ? {
          ...given,
          value: ['2026-01-01T00:00:00Z', '2026-12-01T00:00:00.000+02:00', '2026-11-20'][
            given.values.length % 3
          ] as string,
        }
      : given,
  )

const stickiness = fc.constantFrom('default', 'userId', 'sessionId', 'plan', 'region', 'random')
const variant: fc.Arbitrary<UnleashVariant> = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c', 'on', 'off', 'disabled'),
    weight: fc.constantFrom(0, 0, 1, 333, 500, 1000),
    stickiness,
    payload: fc.record({
      type: fc.constantFrom('string', 'number', 'json'),
      value: fc.constantFrom('1', 'x', '{"a":1}'),
    }),
    overrides: fc.array(
      fc.record({
        contextName: fc.constantFrom(...names),
        values: fc.array(fc.constantFrom(...texts, ...units), { maxLength: 3 }),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['name', 'weight'] },
)
const variants = fc.uniqueArray(variant, { maxLength: 4, selector: ({ name }) => name })

const percent = fc.oneof(fc.constantFrom('0', '1', '50', '99', '100', '33.5', '150', '-5'), fc.nat(100).map(String))
const group = fc.constantFrom('', 'grp', 'Feature.A')
const parameters: Readonly<Record<string, fc.Arbitrary<Record<string, unknown>>>> = {
  default: fc.constant({}),
  userWithId: fc.record({ userIds: fc.constantFrom('user_1,user_2', ' user_1 , abc', '', '42') }),
  remoteAddress: fc.record({ IPs: fc.constantFrom('10.0.0.0/8', '127.0.0.1, 10.0.0.1', '::1', 'nonsense', '') }),
  gradualRolloutUserId: fc.record({ percentage: percent, groupId: group }),
  gradualRolloutSessionId: fc.record({ percentage: percent, groupId: group }),
  gradualRolloutRandom: fc.record({ percentage: percent }),
  flexibleRollout: fc.record({ rollout: percent, stickiness, groupId: group }),
  ofOurOwn: fc.constant({}),
}
const strategy: fc.Arbitrary<UnleashStrategy> = fc
  .oneof({ weight: 3, arbitrary: fc.constant('flexibleRollout') }, fc.constantFrom(...Object.keys(parameters)))
  .chain((name) =>
    fc.record(
      {
        name: fc.constant(name),
        parameters: parameters[name] as fc.Arbitrary<Record<string, unknown>>,
        constraints: fc.array(constraint, { maxLength: 2 }),
        segments: fc.array(fc.constantFrom(1, 2, 404), { maxLength: 1 }),
        variants,
      },
      { requiredKeys: ['name', 'parameters'] },
    ),
  )

const feature = (name: string, parents: readonly string[]): fc.Arbitrary<UnleashFeature> =>
  fc.record(
    {
      name: fc.constant(name),
      enabled: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
      strategies: fc.array(strategy, { maxLength: 3 }),
      variants,
      dependencies: fc.array(
        fc.record(
          {
            feature: fc.constantFrom(...parents, 'nowhere'),
            enabled: fc.boolean(),
            variants: fc.array(fc.constantFrom('a', 'b', 'disabled'), { maxLength: 2 }),
          },
          { requiredKeys: ['feature'] },
        ),
        { maxLength: parents.length },
      ),
    },
    { requiredKeys: ['name', 'enabled', 'strategies'] },
  )

const segment = (id: number): fc.Arbitrary<UnleashSegment> =>
  fc.record({ id: fc.constant(id), constraints: fc.array(constraint, { maxLength: 2 }) })

const context = fc.record(
  {
    userId: fc.oneof(unit, fc.constant('')),
    sessionId: unit,
    remoteAddress: fc.constantFrom('10.0.0.1', '127.0.0.1', '::1', '2001:db8::1', '::ffff:10.0.0.1', 'none'),
    environment: fc.constantFrom('pro', 'free'),
    currentTime: fc.constantFrom('2025-06-01T00:00:00Z', '2027-06-01T00:00:00Z'),
    properties: fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...texts, ...units), {
      noNullPrototype: true,
    }),
  },
  { requiredKeys: ['currentTime'], noNullPrototype: true },
)

const now = Date.UTC(2026, 10, 20)
const contextsPerSet = 10
/** Of pairs that both answered; those on which their client cast a die come on top. */
const wanted = scale(5_000, 100_000)

/** Their answer, and whether a die was cast for it. */
function ask(
  client: TheirClient,
  name: string,
  given: object,
): { answer: TheirVariant; isOn: boolean; isRandom: boolean } {
  const die = vi.spyOn(Math, 'random').mockReturnValue(0.5)
  const answer = client.getVariant(name, given)
  const isOn = client.isEnabled(name, given, () => false)
  const isRandom = die.mock.calls.length > 0
  die.mockRestore()
  return { answer, isOn, isRandom }
}

test('every unit keeps its answer, or the report says where not', () => {
  const count = { compared: 0, on: 0, variant: 0, random: 0 }
  const compare = (
    parent: UnleashFeature,
    child: UnleashFeature,
    segments: readonly UnleashSegment[],
    contexts: readonly object[],
  ) => {
    const features = new Map([parent, child].map((one) => [one.name, one]))
    const repository = {
      getToggle: (name: string) => features.get(name),
      getSegment: (id: number) => segments.find((one) => one.id === id),
    }
    const theirs = new UnleashClient(repository, defaultStrategies)
    const result = importUnleash({ version: 2, features: [parent, child], segments }, regex)
    if (!result.ok) throw new Error(result.problems[0]?.message)
    const { flags, notes } = result.imported
    const set = { schema: 1, env: 'e', epoch: 'x', revision: 1, flags, segments: result.imported.segments } as const
    const ours = compileFlagSet(set, { regex })
    for (const given of contexts)
      for (const name of features.keys()) {
        const { answer, isOn, isRandom } = ask(theirs, name, given)
        const flagged = new Set([name, ...(child.dependencies ?? []).map((one) => one.feature)])
        if (isRandom && notes.some(({ flag, effect }) => effect === 'differs' && flagged.has(flag ?? ''))) {
          count.random += 1
          continue
        }
        const { variant: got, error } = evaluate(ours, name, given as never, now)
        const message = JSON.stringify([flags[name], given, error])
        expect(got !== null && got !== flags[name]?.off, message).toBe(isOn)
        const isVariant = isOn && answer.enabled
        if (isVariant) expect(got, message).toBe(answer.name)
        count.compared += 1
        if (isOn) count.on += 1
        if (isVariant) count.variant += 1
      }
  }
  const contexts = fc.array(context, { minLength: contextsPerSet, maxLength: contextsPerSet })
  const property = fc.property(
    feature('parent', []),
    feature('child', ['parent']),
    fc.tuple(segment(1), segment(2)),
    contexts,
    compare,
  )
  while (count.compared < wanted) fc.assert(property, { numRuns: 250 })
  expect(count.compared).toBeGreaterThanOrEqual(wanted)
  expect(Math.min(count.on, count.variant, count.compared - count.on)).toBeGreaterThan(count.compared / 20)
})
