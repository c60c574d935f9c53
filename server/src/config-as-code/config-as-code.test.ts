import { configFileSchema, configPlanSchema } from '@sluice/contract'
import { describe, expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { startTestServer } from '../testing/test-server.ts'

const production = '/api/v1/environments/production'

const file = {
  version: 1,
  flags: {
    'patch-mode': {
      variants: { on: true, off: false },
      off: 'off',
      serve: 'off',
      owner: 'ai-team',
      rules: [{ id: 'rollout', sample: { share: 0, salt: 's1' }, serve: 'on' }],
      include: [{ unit: 'ada', variant: 'on' }],
    },
    child: { variants: { on: true, off: false }, off: 'off', serve: 'off', requires: [{ flag: 'patch-mode' }] },
  },
  rollouts: {
    'patch-mode': {
      stages: [{ percent: 10, atLeast: '120m' }, { percent: 50 }],
      guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' }],
    },
  },
}

async function start() {
  const fixture = await startTestServer({ parts: [...serverParts] })
  const { send } = fixture
  const plan = async (body: unknown, query = '') =>
    configPlanSchema.parse((await send('POST', `${production}/config/plan${query}`, { body })).body)
  const apply = (body: unknown, query = '') => send('POST', `${production}/config/apply${query}`, { body })
  const flag = async (key: string) => (await send('GET', `${production}/flags/${key}`)).body.flag
  const events = async (): Promise<number> => (await send('GET', `${production}/events`)).body.items.length
  return { ...fixture, plan, apply, flag, events }
}

/** The file with a change made to a copy of it. */
function changed(change: (copy: any) => void): unknown {
  const copy = structuredClone(file)
  change(copy)
  return copy
}

test('a plan changes nothing, apply does what it said, and then there is nothing to do', async () => {
  const { plan, apply, events, send } = await start()
  const planned = await plan(file)
  expect(planned.changes.map(({ op, kind, key }) => [op, kind, key])).toEqual([
    ['create', 'flag', 'patch-mode'],
    ['create', 'flag', 'child'],
    ['create', 'rollout', 'patch-mode'],
  ])
  expect(await events()).toBe(0)
  const { status, body } = await apply(file, `?revision=${planned.revision}&reason=first`)
  expect([status, body.changes]).toEqual([200, planned.changes])
  expect((await plan(file)).changes).toEqual([])
  const { body: rollout } = await send('GET', `${production}/rollouts/patch-mode`)
  expect([rollout.state, rollout.plan.stages[0].atLeast]).toEqual(['draft', '2h'])
  const { body: log } = await send('GET', `${production}/events`)
  expect(log.items.map(({ reason }: { reason: string }) => reason)).toEqual(['first', 'first'])
})

test('what is in flight and what people decided stays as it is', async () => {
  const { plan, apply, flag, send, clock } = await start()
  await apply(file)
  await send('POST', `${production}/rollouts/patch-mode/actions`, { body: { action: 'start' } })
  const expires = new Date(clock.now() + 86_400_000).toISOString()
  const include = [
    { unit: 'ada', variant: 'on' },
    { unit: 'bo', variant: 'on', expires },
  ]
  await send('PATCH', `${production}/flags/patch-mode`, { body: { include } })
  expect((await plan(file)).changes).toEqual([])

  await send('PATCH', `${production}/flags/patch-mode`, { body: { enabled: false } })
  const renamed = changed(({ flags }) => {
    flags['patch-mode'].owner = 'platform'
    flags['patch-mode'].enabled = true
  })
  expect((await plan(renamed)).changes).toMatchObject([
    { op: 'update', key: 'patch-mode', fields: [{ pointer: '/owner', from: 'ai-team', to: 'platform' }] },
  ])
  await apply(renamed)
  expect(await flag('patch-mode')).toMatchObject({ enabled: false, owner: 'platform', include })
  expect((await flag('patch-mode')).rules[0].sample.share).toBe(10_000)
})

test('a plan that differs from a running one is told and kept; a draft is replaced; an ended one is not repeated', async () => {
  const { plan, apply, send } = await start()
  await apply(file)
  const quicker = changed(({ rollouts }) => void (rollouts['patch-mode'].stages[1].percent = 25))
  expect((await plan(quicker)).changes).toMatchObject([
    { op: 'update', kind: 'rollout', fields: [{ pointer: '/stages/1/percent', from: 50, to: 25 }] },
  ])
  await apply(quicker)
  await send('POST', `${production}/rollouts/patch-mode/actions`, { body: { action: 'start' } })
  const { body: kept } = await apply(file)
  expect(kept.changes).toMatchObject([{ op: 'keep', kind: 'rollout' }])
  expect(kept.changes[0].effect).toMatch(/1 running rollout \(ro_\w+, 10 %\) keeps its plan/)
  await send('POST', `${production}/rollouts/patch-mode/actions`, { body: { action: 'rollback' } })
  expect((await plan(quicker)).changes).toEqual([])
  expect((await send('GET', `${production}/rollouts?flag=patch-mode`)).body.items[0].plan.stages[1].percent).toBe(25)
})

test('a file may take a template; another one is a change', async () => {
  const { plan, apply } = await start()
  const from = (template: string) => changed(({ rollouts }) => void (rollouts['patch-mode'] = { template }))
  await apply(from('execution-mode'))
  expect((await plan(from('execution-mode'))).changes).toEqual([])
  expect((await plan(from('data-source'))).changes).toMatchObject([{ op: 'update', kind: 'rollout' }])
})

test('a plan that somebody overtook is refused, and one fault stops everything', async () => {
  const { plan, apply, send, events } = await start()
  const { revision } = await plan(file)
  await send('PUT', `${production}/flags/other`, { body: { ...file.flags.child, enabled: true, requires: [] } })
  expect((await apply(file, `?revision=${revision}`)).status).toBe(412)
  const before = await events()
  const faulty = changed(({ flags, rollouts }) => {
    flags['patch-mode'].variants.on = 'yes'
    flags.child.requires[0].flag = 'nowhere'
    rollouts.nobody = {}
  })
  const { status, body } = await apply(faulty)
  expect(status).toBe(422)
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    expect.stringMatching(/^\/flags\/patch-mode\/variants/),
    '/flags/child/requires/0/flag',
    '/rollouts/nobody',
  ])
  expect(await events()).toBe(before)
})

test('flags of one file may not wait for each other', async () => {
  const { apply } = await start()
  const circle = changed(({ flags }) => void (flags['patch-mode'].requires = [{ flag: 'child' }]))
  const { status, body } = await apply(circle)
  expect([status, body.errors[0].message]).toEqual([422, expect.stringContaining('wait for each other')])
})

test('a thousand ways through flags and segments are no more work than one', async () => {
  const { apply } = await start()
  const on = { variants: { on: true, off: false }, off: 'off', serve: 'on' }
  const layers = Array.from({ length: 40 }, (_, i) => i)
  const both = (i: number) => (i === 0 ? [] : [{ flag: `a${i - 1}` }, { flag: `b${i - 1}` }])
  const flags = Object.fromEntries(
    layers.flatMap((i) => ['a', 'b'].map((side) => [`${side}${i}`, { ...on, requires: both(i) }])),
  )
  const within = (i: number) =>
    i === 0 ? { attr: 'x', op: 'exists' } : { all: [{ segment: `a${i - 1}` }, { segment: `b${i - 1}` }] }
  const segments = Object.fromEntries(
    layers.flatMap((i) => ['a', 'b'].map((side) => [`${side}${i}`, { if: within(i) }])),
  )
  expect((await apply({ version: 1, flags, segments })).status).toBe(200)
  const closed = { ...flags, a0: { ...on, requires: [{ flag: 'b39' }] } }
  const { status, body } = await apply({ version: 1, flags: closed })
  expect([status, body.errors[0].pointer]).toEqual([422, '/flags/a0/requires/0/flag'])
  expect(body.errors[0].message).toMatch(/^The flags would wait for each other: a0 → b39 → a38 → .* → a0\./)
})

test('flags that the file does not name are listed, and deleted only when asked for', async () => {
  const { plan, apply, send } = await start()
  await apply(file)
  await send('PUT', `${production}/flags/old`, {
    body: { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' },
  })
  expect(await plan(file)).toMatchObject({ changes: [], unmanaged: ['old'] })
  expect((await plan(file, '?prune=true')).changes).toMatchObject([{ op: 'delete', key: 'old' }])
  await apply(file)
  expect((await send('GET', `${production}/flags/old`)).status).toBe(200)
  await apply(file, '?prune=true')
  expect((await send('GET', `${production}/flags/old`)).status).toBe(404)
})

describe('segments', () => {
  const pro = { if: { attr: 'plan', op: 'in', values: ['pro'] } }
  const eager = { if: { all: [{ segment: 'pros' }, { attr: 'beta', op: 'in', values: [true] }] } }
  const child = { ...file.flags.child, requires: [], rules: [{ id: 'pros', if: { segment: 'eager' }, serve: 'on' }] }
  const withSegments = { version: 1, segments: { eager, pros: pro }, flags: { child } }
  const valueFor = async (send: Awaited<ReturnType<typeof start>>['send'], context: object) => {
    await send('PATCH', `${production}/flags/child`, { body: { enabled: true } })
    return (await send('POST', '/ofrep/v1/evaluate/flags/child?environment=production', { body: { context } })).body
  }

  test('are made before the flags that name them, in whatever order they stand, and evaluated at once', async () => {
    const { plan, apply, send } = await start()
    expect((await plan(withSegments)).changes.map(({ op, kind, key }) => [op, kind, key])).toEqual([
      ['create', 'segment', 'eager'],
      ['create', 'segment', 'pros'],
      ['create', 'flag', 'child'],
    ])
    expect((await apply(withSegments, '?reason=first')).body.revision).toBe(3)
    expect((await valueFor(send, { plan: 'pro', beta: true })).value).toBe(true)
    const { body: exported } = await send('GET', `${production}/config/export`)
    expect(configFileSchema.parse(exported).segments).toEqual(withSegments.segments)
    expect(await plan(exported)).toMatchObject({ changes: [], unmanaged: [], unmanagedSegments: [] })

    // Who names whom may turn round in one file.
    const turned = { ...withSegments, segments: { eager: pro, pros: { if: { not: { segment: 'eager' } } } } }
    expect((await plan(turned)).changes).toMatchObject([
      { op: 'update', key: 'eager', effect: 'decides in child' },
      { op: 'update', key: 'pros', fields: [{ pointer: '/if/attr' }, {}, {}, { pointer: '/if/not' }] },
    ])
    await apply(turned)
    expect((await valueFor(send, { plan: 'pro' })).value).toBe(true)
    const { body: log } = await send('GET', `${production}/events`)
    expect(log.items.filter(({ subject }: any) => subject.kind === 'segment')).toHaveLength(4)
  })

  test('a file without segments leaves them alone; one with them prunes those it does not name', async () => {
    const { plan, apply, send } = await start()
    await apply(withSegments)
    const bare = { version: 1, flags: {} }
    expect(await plan(bare)).toMatchObject({ unmanaged: ['child'], unmanagedSegments: [] })
    expect((await plan(bare, '?prune=true')).changes.map(({ key }) => key)).toEqual(['child'])
    expect(await plan({ ...bare, segments: { pros: pro } })).toMatchObject({ unmanagedSegments: ['eager'] })
    const { body: pruned } = await apply({ ...bare, segments: { pros: pro } }, '?prune=true')
    expect(pruned.changes.map(({ op, key }: any) => [op, key])).toEqual([
      ['delete', 'eager'],
      ['delete', 'child'],
    ])
    expect((await send('GET', `${production}/segments`)).body.items.map(({ name }: any) => name)).toEqual(['pros'])
    expect((await send('GET', `${production}/snapshot`)).body).toMatchObject({ revision: 5, segments: { pros: pro } })
  })

  test.each([
    ['a name that is not there', { segments: {}, flags: { child } }, '', '/flags/child/rules/0/if/segment'],
    [
      'a name that is pruned',
      { segments: { pros: pro }, flags: { child } },
      '?prune=true',
      '/flags/child/rules/0/if/segment',
    ],
    ['a circle', { segments: { eager, pros: { if: { segment: 'eager' } } } }, '', '/segments/eager/if'],
    ['a name of no address', { segments: { '..': pro } }, '', '/segments/..'],
    ['an unknown operator', { segments: { pros: { if: { attr: 'a', op: '~' } } } }, '', '/segments/pros/if/op'],
  ])('%s is refused with its place, and nothing is written', async (_, part, query, pointer) => {
    const { apply, events } = await start()
    if (query !== '') await apply({ version: 1, segments: { eager, pros: pro } })
    const before = await events()
    const { status, body } = await apply({ version: 1, ...part }, query)
    expect([status, body.errors[0].pointer, await events()]).toEqual([422, pointer, before])
  })

  test('one that a running rollout stands on stays as it is', async () => {
    const { apply, send, events } = await start()
    const rules = [{ id: 'rollout', if: { segment: 'pros' }, sample: { share: 0, salt: 's' }, serve: 'on' }]
    const flags = { child: { ...child, rules } }
    await apply({ version: 1, segments: { pros: pro }, flags, rollouts: { child: {} } })
    expect(
      (await send('POST', `${production}/rollouts/child/actions`, { body: { action: 'start', reason: 'go' } })).status,
    ).toBe(200)
    const before = await events()
    const { status, body } = await apply({ version: 1, segments: { pros: { if: { not: pro.if } } } })
    expect([status, body.errors[0].pointer, await events()]).toEqual([422, '/segments/pros', before])
    expect(body.errors[0].message).toMatch(/"child" stands on this segment, and the rollout ro_\w+ is running/)
  })
})

test('the plan of an export is empty, also while a rollout runs', async () => {
  const { plan, apply, send } = await start()
  await apply(file)
  await send('POST', `${production}/rollouts/patch-mode/actions`, { body: { action: 'start' } })
  const { body } = await send('GET', `${production}/config/export`)
  expect(Object.keys(configFileSchema.parse(body).flags)).toEqual(['child', 'patch-mode'])
  expect(await plan(body)).toMatchObject({ changes: [], unmanaged: [] })
})

test.each([
  [{ flags: {} }, '/version'],
  [{ version: 1, flag: {} }, '/flag'],
  [{ version: 1, rollouts: { x: { stages: [{ percent: 'ten' }] } } }, '/rollouts/x/stages/0/percent'],
])('what is wrong with a file is named: %j', async (body, pointer) => {
  const { send } = await start()
  const { status, body: answer } = await send('POST', `${production}/config/plan`, { body })
  expect(status).toBeOneOf([400, 422])
  expect(answer.errors[0].pointer).toBe(pointer)
})
