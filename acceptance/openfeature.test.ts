// What OpenFeature's specification asks of an evaluation, scenario by scenario, of our two providers and of the two for OFREP.
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import {
  AsyncLocalStorageTransactionContextPropagator,
  type EvaluationContext,
  type EvaluationDetails,
  type Hook,
  type JsonValue,
  OpenFeature,
} from '@openfeature/server-sdk'
import { OpenFeature as OpenFeatureWeb, type Provider as WebProvider } from '@openfeature/web-sdk'
import { type SluiceClient, createClient } from '@sluice/sdk'
import { createClient as createPageClient } from '@sluice/sdk/browser'
import { SluiceProvider } from '@sluice/sdk/openfeature'
import { SluiceWebProvider } from '@sluice/sdk/openfeature-web'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningServer, newDatabase, startServer } from './running-server.ts'

type Kind = 'boolean' | 'string' | 'number' | 'object'
type Answer = Pick<EvaluationDetails<JsonValue>, 'value' | 'variant' | 'reason' | 'errorCode' | 'flagMetadata'>
type Ask = (kind: Kind, key: string, fallback: JsonValue, context: EvaluationContext) => Promise<Answer>

const staff = { attr: 'mail', op: 'ends', values: ['@example.org'] }
/** A flag of two variants that serves the first, or only to those whom the rule names. */
const flagOf = (first: JsonValue, second: JsonValue, more: object = {}) => ({
  enabled: true,
  client: true,
  variants: { first, second },
  off: 'second',
  serve: 'first',
  ...more,
})
const zeros: Readonly<Record<Kind, readonly [zero: JsonValue, other: JsonValue]>> = {
  boolean: [false, true],
  string: ['', 'some'],
  number: [0, 7],
  object: [{}, { a: 1 }],
}
const levels = ['api', 'transaction', 'client', 'invocation', 'hook']
const flags: Record<string, object> = {
  flag: flagOf(true, false),
  text: flagOf('hello', 'bye'),
  whole: flagOf(10, 1),
  half: flagOf(0.5, 0.1),
  shape: flagOf({ pictures: true, title: 'Look', page: { size: 100, tags: ['a'] } }, {}),
  described: flagOf(true, false, { metadata: { version: '1.0.2', count: 2, ratio: 0.1, is: true } }),
  layered: flagOf('inside', 'outside', {
    serve: 'second',
    rules: [
      {
        id: 'staff',
        if: {
          all: [
            staff,
            { attr: 'role', op: 'in', values: ['admin'] },
            { attr: 'age', op: 'gt', values: [10] },
            { not: { attr: 'customer', op: 'in', values: [true] } },
          ],
        },
        serve: 'first',
      },
    ],
  }),
  level: {
    enabled: true,
    variants: Object.fromEntries([...levels, 'none'].map((name) => [name, name])),
    off: 'none',
    serve: 'none',
    rules: levels.map((name) => ({ id: name, if: { attr: 'level', op: 'in', values: [name] }, serve: name })),
  },
  ...Object.fromEntries(
    Object.entries(zeros).flatMap(([kind, [zero, other]]) => [
      [`${kind}-zero`, flagOf(zero, other)],
      [
        `${kind}-zero-for-staff`,
        flagOf(zero, other, { serve: 'second', rules: [{ id: 'staff', if: staff, serve: 'first' }] }),
      ],
      [`${kind}-killed`, flagOf(zero, other, { enabled: false })],
      [`${kind}-killed-to-code`, flagOf(zero, other, { enabled: false, off: null })],
    ]),
  ),
}

const ann = { targetingKey: 'ann', mail: 'ann@example.org' }
const guest = { targetingKey: 'guest', mail: 'guest@example.com' }
type Scenario = readonly [
  what: string,
  kind: Kind,
  key: string,
  fallback: JsonValue,
  context: EvaluationContext,
  Partial<Answer>,
]
const scenarios: readonly Scenario[] = [
  ['a boolean', 'boolean', 'flag', false, ann, { value: true, variant: 'first', reason: 'STATIC' }],
  ['a text', 'string', 'text', 'x', ann, { value: 'hello', variant: 'first', reason: 'STATIC' }],
  ['a whole number', 'number', 'whole', 3, ann, { value: 10, variant: 'first', reason: 'STATIC' }],
  ['a fraction', 'number', 'half', 3, ann, { value: 0.5, variant: 'first', reason: 'STATIC' }],
  [
    'an object',
    'object',
    'shape',
    {},
    ann,
    { value: { pictures: true, title: 'Look', page: { size: 100, tags: ['a'] } }, variant: 'first', reason: 'STATIC' },
  ],
  ...Object.entries(zeros).flatMap(([name, [zero, other]]): Scenario[] => {
    const kind = name as Kind
    const targeted = `${kind}-zero-for-staff`
    return [
      [`the zero of ${kind}`, kind, `${kind}-zero`, other, ann, { value: zero, reason: 'STATIC' }],
      [`the zero of ${kind} by a rule`, kind, targeted, other, ann, { value: zero, reason: 'TARGETING_MATCH' }],
      [`${kind} where no rule fits`, kind, targeted, zero, guest, { value: other, reason: 'DEFAULT' }],
      [`${kind} without a context`, kind, targeted, zero, {}, { value: other, reason: 'DEFAULT' }],
      [
        `${kind} with null for what the rule reads`,
        kind,
        targeted,
        zero,
        { mail: null as never },
        { value: other, reason: 'DEFAULT' },
      ],
      [
        `${kind} killed, serving its own value`,
        kind,
        `${kind}-killed`,
        zero,
        ann,
        { value: other, variant: 'second', reason: 'DISABLED' },
      ],
      [`a missing ${kind}`, kind, 'nowhere', zero, ann, { value: zero, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' }],
      [
        `${kind} asked of another type`,
        kind,
        kind === 'boolean' ? 'text' : 'flag',
        other,
        ann,
        { value: other, reason: 'ERROR', errorCode: 'TYPE_MISMATCH' },
      ],
    ] as Scenario[]
  }),
  [
    'several attributes at once',
    'string',
    'layered',
    'x',
    { ...ann, role: 'admin', age: 65, customer: false },
    { value: 'inside', reason: 'TARGETING_MATCH' },
  ],
  [
    'several attributes, one of which does not fit',
    'string',
    'layered',
    'x',
    { ...ann, role: 'admin', age: 9, customer: false },
    { value: 'outside', reason: 'DEFAULT' },
  ],
  [
    'what a flag says of itself',
    'boolean',
    'described',
    false,
    ann,
    { value: true, flagMetadata: { version: '1.0.2', count: 2, ratio: 0.1, is: true } },
  ],
]
/** A killed flag that leaves the value to the code: the protocol's own provider takes the missing value for an error. */
const leftToCode: readonly Scenario[] = Object.entries(zeros).map(([kind, [zero]]) => [
  `${kind} killed, serving the default in the code`,
  kind as Kind,
  `${kind}-killed-to-code`,
  zero,
  ann,
  { value: zero, reason: 'DISABLED' },
])

let server: RunningServer
let sluice: SluiceClient
let keys: Readonly<Record<'server' | 'client', string>>

beforeAll(async () => {
  server = await startServer(await newDatabase())
  for (const [key, flag] of Object.entries(flags)) {
    const { status } = await server.request('PUT', `/api/v1/environments/production/flags/${key}`, flag)
    if (status !== 201) throw new Error(`${key}: ${status}`)
  }
  const make = async (kind: 'server' | 'client') => {
    const { body } = await server.request('POST', '/api/v1/keys', { kind, environment: 'production', name: kind })
    return (body as { secret: string }).secret
  }
  keys = { server: await make('server'), client: await make('client') }
  sluice = createClient({ url: server.url, key: keys.server })
  await sluice.ready()
})
afterAll(async () => {
  await OpenFeature.close()
  await OpenFeatureWeb.close()
  await server?.end()
})

const ofServer: Ask = async (kind, key, fallback, context) => {
  const client = OpenFeature.getClient()
  if (kind === 'boolean') return client.getBooleanDetails(key, fallback as boolean, context)
  if (kind === 'string') return client.getStringDetails(key, fallback as string, context)
  if (kind === 'number') return client.getNumberDetails(key, fallback as number, context)
  return client.getObjectDetails(key, fallback, context)
}

/** A page's SDK has one context for all; it is set first. */
async function ofPage(provider: WebProvider, context: EvaluationContext, ...[kind, key, fallback]: Parameters<Ask>) {
  await OpenFeatureWeb.setContext(context as never)
  await OpenFeatureWeb.setProviderAndWait(provider)
  const client = OpenFeatureWeb.getClient()
  if (kind === 'boolean') return client.getBooleanDetails(key, fallback as boolean)
  if (kind === 'string') return client.getStringDetails(key, fallback as string)
  if (kind === 'number') return client.getNumberDetails(key, fallback as number)
  return client.getObjectDetails(key, fallback)
}

const url = () => server.url
const bearer = (key: string): [string, string][] => [['Authorization', `Bearer ${key}`]]
const providers: readonly (readonly [string, Ask])[] = [
  [
    'SluiceProvider',
    async (...asked) => {
      if (OpenFeature.providerMetadata.name !== 'sluice')
        await OpenFeature.setProviderAndWait(new SluiceProvider(sluice))
      return ofServer(...asked)
    },
  ],
  [
    'SluiceWebProvider',
    (kind, key, fallback, context) => {
      // Without a document a page reads what a server's client has handed to it.
      const bootstrap = sluice.evaluateAll(context as never)
      const page = createPageClient({ url: url(), key: keys.client, context: context as never, bootstrap })
      return ofPage(new SluiceWebProvider(page), context, kind, key, fallback, context)
    },
  ],
  [
    'OFREPProvider',
    async (...asked) => {
      const provider = new OFREPProvider({ baseUrl: url(), headers: bearer(keys.server) })
      if (OpenFeature.providerMetadata.name !== provider.metadata.name) await OpenFeature.setProviderAndWait(provider)
      return ofServer(...asked)
    },
  ],
  [
    'OFREPWebProvider',
    (kind, key, fallback, context) => {
      const options = { baseUrl: url(), headers: bearer(keys.client), cacheMode: 'disabled' } as const
      return ofPage(new OFREPWebProvider(options) as WebProvider, context, kind, key, fallback, context)
    },
  ],
]

/** A page that only reads what it was handed knows that it is not up to date. */
const handedOver = (expected: Partial<Answer>): Partial<Answer> =>
  expected.reason === undefined || expected.reason === 'ERROR' ? expected : { ...expected, reason: 'STALE' }

/** The protocol has no word for DEFAULT. */
const inProtocol = ({ reason, ...rest }: Partial<Answer>): Partial<Answer> =>
  reason === undefined ? rest : { ...rest, reason: reason === 'DEFAULT' ? 'STATIC' : reason }

describe.each(providers)('%s answers', (name, ask) => {
  const isOurs = name.startsWith('Sluice')
  const words = name === 'SluiceWebProvider' ? handedOver : isOurs ? (same: Partial<Answer>) => same : inProtocol
  test.each([...scenarios, ...(isOurs ? leftToCode : [])])('%s', async (_, kind, key, fallback, context, expected) => {
    const given = structuredClone(context)
    const details = await ask(kind, key, fallback, context)
    expect(details).toMatchObject(words(expected))
    expect(context).toEqual(given)
  })
})

describe('around an evaluation of our provider', () => {
  beforeAll(() => OpenFeature.setProviderAndWait(new SluiceProvider(sluice)))

  test('the context is merged: hooks over the call, the client, the transaction, and all', async () => {
    OpenFeature.setTransactionContextPropagator(new AsyncLocalStorageTransactionContextPropagator())
    const hook: Hook = { before: () => ({ level: 'hook' }) }
    const got: unknown[] = []
    for (let upTo = 0; upTo <= levels.length; upTo += 1) {
      const at = (level: string): EvaluationContext => (levels.indexOf(level) < upTo ? { level } : {})
      OpenFeature.setContext(at('api'))
      const client = OpenFeature.getClient().setContext(at('client'))
      got.push(
        await new Promise((resolve) =>
          OpenFeature.setTransactionContext(at('transaction'), () =>
            resolve(client.getStringValue('level', 'x', at('invocation'), upTo > 4 ? { hooks: [hook] } : {})),
          ),
        ),
      )
    }
    OpenFeature.setContext({})
    expect(got).toEqual(['none', ...levels])
  })

  test('hooks see the details of what was found, and of what was not', async () => {
    const seen: unknown[] = []
    const hook: Hook = {
      before: () => void seen.push('before'),
      after: (_, { flagKey, value, variant, reason }) => void seen.push(['after', flagKey, value, variant, reason]),
      error: () => void seen.push('error'),
      finally: (_, { flagKey, value, errorCode }) => void seen.push(['finally', flagKey, value, errorCode]),
    }
    const client = OpenFeature.getClient()
    await client.getBooleanDetails('flag', false, ann, { hooks: [hook] })
    await client.getStringDetails('nowhere', 'x', ann, { hooks: [hook] })
    await client.getStringDetails('flag', 'x', ann, { hooks: [hook] })
    expect(seen).toEqual([
      'before',
      ['after', 'flag', true, 'first', 'STATIC'],
      ['finally', 'flag', true, undefined],
      'before',
      'error',
      ['finally', 'nowhere', 'x', 'FLAG_NOT_FOUND'],
      'before',
      'error',
      ['finally', 'flag', 'x', 'TYPE_MISMATCH'],
    ])
  })

  test('nobody can change an answer through what an earlier one gave', async () => {
    const client = OpenFeature.getClient()
    const first = await client.getObjectDetails<any>('shape', {}, ann)
    try {
      first.value.page.size = 1
      ;(first.flagMetadata as Record<string, unknown>)['reason'] = 'mine'
    } catch {
      // Frozen is as good.
    }
    const again = await client.getObjectDetails<any>('shape', {}, ann)
    expect([again.value.page.size, again.flagMetadata['reason']]).toEqual([100, 'SERVE'])
  })

  test('before there are flags it is not ready, and says so', async () => {
    const unreachable = createClient({ url: 'http://127.0.0.1:9', key: keys.server, initTimeoutMs: 50 })
    OpenFeature.setProvider('late', new SluiceProvider(unreachable))
    const late = OpenFeature.getClient('late')
    expect(await late.getNumberDetails('whole', 3, ann)).toMatchObject({
      value: 3,
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
    })
    await expect.poll(() => late.providerStatus).toBe('ERROR')
    expect(await late.getNumberValue('whole', 3, ann)).toBe(3)
  })
})
