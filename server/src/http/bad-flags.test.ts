import { beforeEach, describe, expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { type TestServer, startTestServer } from '../testing/test-server.ts'

const environment = '/api/v1/environments/demo'
const plain = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown =>
  depth === 0 ? { attr: 'a', op: 'exists' } : wrap(nested(depth - 1, wrap))
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
const when = (condition: unknown) => ({ rules: [{ id: 'r', if: condition, serve: 'on' }] })
const compared = (op: unknown, ...values: unknown[]) => when({ attr: 'a', op, values })
const drawn = (sample: object) => ({ rules: [{ id: 'r', sample, serve: 'on' }] })

let fixture: TestServer
const snapshot = async () => (await fixture.send('GET', `${environment}/snapshot`)).body
beforeEach(async () => {
  fixture = await startTestServer({ parts: serverParts })
  await fixture.send('PUT', `${environment}/flags/parent`, { body: plain })
  const child = { ...plain, requires: [{ flag: 'parent', variants: ['on'] }] }
  await fixture.send('PUT', `${environment}/flags/child`, { body: child })
})

describe('a flag that is refused names the field and what to do, and nothing is written', () => {
  test.each<[string, object, string, RegExp]>([
    ['conditions too deep', when(nested(17, (not) => ({ not }))), `/rules/0/if${'/not'.repeat(17)}`, /nest 16 deep/],
    [
      'JSON too deep',
      when(nested(40, (inner) => ({ all: [inner] }))),
      `/rules/0/if${'/all/0'.repeat(14)}/all`,
      /more than 32 deep/,
    ],
    ['too many conditions', when({ any: times(1001, { attr: 'a', op: 'exists' }) }), '/rules/0/if', /at most 1000/],
    ['an operator nobody knows', compared('equals', 1), '/rules/0/if/op', /Expected one of in, exists/],
    ['an operator of JavaScript', compared('constructor', 1), '/rules/0/if/op', /Expected one of/],
    ['no values', compared('in'), '/rules/0/if/values', /at least one value; got an empty list/],
    ['null among values', compared('in', null), '/rules/0/if/values/0', /a text, number or boolean; got null/],
    ['text for a number', compared('lt', '3'), '/rules/0/if/values/0', /a finite number; got a text "3"/],
    ['no attribute', when({ attr: '', op: 'exists' }), '/rules/0/if/attr', /at least one character/],
    ['a reserved attribute', when({ attr: '$later', op: 'exists' }), '/rules/0/if/attr', /there is only "\$now"/],
    ['look-around', compared('regex', '(?=x)'), '/rules/0/if/values/0', /RE2 syntax \(no look-around/],
    ['a pattern that would explode', compared('regex', '((a{1,1000}){1,1000})'), '/rules/0/if/values/0', /too large/],
    ['a long pattern', compared('regex', 'a'.repeat(257)), '/rules/0/if/values/0', /at most 256 characters; got 257/],
    ['a network of 33 bits', compared('cidr', '10.0.0.0/33'), '/rules/0/if/values/0', /such as "10.0.0.0\/8"/],
    ['a version of two parts', compared('semver.gt', '1.2'), '/rules/0/if/values/0', /all three parts/],
    ['a day that is not', compared('after', '2026-02-30T00:00:00Z'), '/rules/0/if/values/0', /a time with its zone/],
    ['a time without a zone', compared('after', '2026-01-01T00:00:00'), '/rules/0/if/values/0', /with its zone/],
    ['a segment that is not there', when({ segment: 'none' }), '/rules/0/if/segment', /create it first/],
    [
      'a share above all',
      drawn({ share: 150_000 }),
      '/rules/0/sample/share',
      /from 0 to 100000, so that 10 % is 10000/,
    ],
    ['a hash nobody knows', drawn({ share: 1, hash: 'sha9' }), '/rules/0/sample/hash', /Expected one of m3/],
    ['weights of too little', { serve: { split: [['on', 1]] } }, '/serve/split', /add up to 100000; they add up to 1/],
    ['a rule twice', { rules: times(2, { id: 'r', serve: 'on' }) }, '/rules/1/id', /"r" stands twice/],
    ['a variant nobody has', { serve: 'hasOwnProperty' }, '/serve', /no variant "hasOwnProperty"; there are on, off/],
    [
      'variants of two types',
      { variants: { on: true, off: 'no' } },
      '/variants',
      /of one type; got a boolean and a text/,
    ],
    [
      'a model by its id beside one with more to say',
      { variants: { on: { model: 'a:x', fallback: ['a:y'] }, off: 'a:y' } },
      '/variants',
      /a text and an object\. Beside an object a model is one too/,
    ],
    ['digits that get lost', { variants: { on: 2 ** 53, off: 1 } }, '/variants/on', /less than 2\^53.*as text/],
    ['a value too large', { variants: { on: 'x'.repeat(70_000), off: '' } }, '/variants/on', /at most 65536 bytes/],
    [
      'a unit on both lists',
      { include: [{ unit: 'a', variant: 'on' }], exclude: [{ unit: 'a' }] },
      '/include/0/unit',
      /take it off one/,
    ],
    ['an end that is no time', { exclude: [{ unit: 'a', expires: 'soon' }] }, '/exclude/0/expires', /with its zone/],
    ['a list too long', { exclude: times(100_001, { unit: 'a' }) }, '/exclude', /at most 100000 units; got 100001/],
    ['itself as its parent', { requires: [{ flag: 'victim' }] }, '/requires/0/flag', /victim → victim/],
    ['a parent that is not there', { requires: [{ flag: 'none' }] }, '/requires/0/flag', /create it first/],
    [
      'a variant its parent has not',
      { requires: [{ flag: 'parent', variants: ['on', 'maybe'] }] },
      '/requires/0/variants/1',
      /no variant "maybe"; it has on, off/,
    ],
    ['a risk nobody knows', { risk: 'extreme' }, '/risk', /low, medium or high; got "extreme"/],
    ['a field one letter off', { rule: [] }, '/rule', /did you mean "rules"/],
  ])('%s', async (_, part, pointer, message) => {
    const before = await snapshot()
    const { status, body } = await fixture.send('PUT', `${environment}/flags/victim`, { body: { ...plain, ...part } })
    expect([400, 422]).toContain(status)
    expect(body.errors[0].message).toMatch(message)
    expect(body.errors[0].pointer).toBe(pointer)
    expect(await snapshot()).toEqual(before)
  })

  test('a key that nobody could see', async () => {
    for (const path of ['flags', 'segments']) {
      const { status, body } = await fixture.send('PUT', `${environment}/${path}/%20`, { body: { ...plain, if: {} } })
      expect([status, body.errors[0].message]).toEqual([422, expect.stringMatching(/one character that can be seen/)])
    }
  })

  test('a variant that another flag waits for', async () => {
    const { status, body } = await fixture.send('PUT', `${environment}/flags/parent`, {
      body: { ...plain, variants: { yes: true, off: false } },
    })
    expect([status, body.errors[0].pointer]).toEqual([422, '/variants'])
    expect(body.errors[0].message).toMatch(/"on" is required by child: take it out of their requirements first/)
  })

  test('names that JavaScript keeps, wherever they stand', async () => {
    for (const [text, pointer] of [
      ['{"variants":{"__proto__":true}}', '/variants/__proto__'],
      ['{"variants":{"on":{"a":[{"constructor":1}]}}}', '/variants/on/a/0/constructor'],
      ['{"__proto__":{"enabled":true}}', '/__proto__'],
    ] as const) {
      const { status, body } = await fixture.send('PUT', `${environment}/flags/victim`, { raw: text })
      expect([status, body.errors[0].pointer]).toEqual([400, pointer])
    }
    expect(({} as { enabled?: boolean }).enabled).toBeUndefined()
  })
})

describe('a context that nobody can read', () => {
  test.each<[string, unknown, string]>([
    ['is missing', undefined, 'Expected the context as an object such as {"targetingKey": "user_1"}; it is missing.'],
    ['is a list', [], 'Expected the context as an object such as {"targetingKey": "user_1"}.'],
    ['holds half a character', { targetingKey: '\ud800' }, 'half of a surrogate pair'],
    ['has a unit of 2,000 bytes', { targetingKey: 'x'.repeat(2000) }, 'at most 1024 are taken'],
    ['is too deep', nested(40, (a) => ({ a })), 'more than 32 deep'],
  ])('%s: is refused as OFREP says', async (_, context, message) => {
    for (const path of ['/ofrep/v1/evaluate/flags/parent', '/ofrep/v1/evaluate/flags']) {
      const { status, body } = await fixture.send('POST', `${path}?environment=demo`, { body: { context } })
      expect([status, body.errorCode]).toEqual([400, 'INVALID_CONTEXT'])
      expect(body.errorDetails).toContain(message)
    }
  })

  test.each([
    [{ targetingKey: 5 }],
    [{ targetingKey: {} }],
    [{ toString: 1, hasOwnProperty: 1, a: Number.MAX_VALUE }],
    [{ a: 'a'.repeat(50_000) }],
    [{ a: [null, {}, [], 1] }],
  ])('but is odd is answered: %j', async (context) => {
    const odd = { attr: 'a', op: 'regex', values: ['^(a+)+$'] }
    await fixture.send('PUT', `${environment}/flags/odd`, { body: { ...plain, ...when({ not: odd }) } })
    const { status, body } = await fixture.send('POST', '/ofrep/v1/evaluate/flags/odd?environment=demo', {
      body: { context },
    })
    expect([status, typeof body.value]).toEqual([200, 'boolean'])
    expect(body.metadata.error).toBeUndefined()
  })
})
