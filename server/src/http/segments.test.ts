import { segmentRecordSchema, snapshotSchema } from '@sluice/contract'
import { beforeEach, describe, expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { type TestServer, startTestServer, tenth } from '../testing/test-server.ts'

const environment = '/api/v1/environments/demo'
const pro = { if: { attr: 'plan', op: 'in', values: ['pro'] } }
const forPros = { ...tenth, rules: [{ id: 'pros', if: { segment: 'pros' }, serve: 'on' }] }
let fixture: TestServer
beforeEach(async () => {
  fixture = await startTestServer({ parts: serverParts })
})
const put = (name: string, body: unknown, headers = {}) =>
  fixture.send('PUT', `${environment}/segments/${name}`, { body, headers })
const evaluated = async (plan: string) =>
  (await fixture.send('POST', `/ofrep/v1/evaluate/flags/f?environment=demo`, { body: { context: { plan } } })).body
    .value

describe('segments', () => {
  test('one is made, used, changed and deleted, and whoever evaluates sees it at once', async () => {
    const made = await put('pros', pro)
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"v1"'])
    expect((await fixture.send('PUT', `${environment}/flags/f`, { body: forPros })).status).toBe(201)
    expect([await evaluated('pro'), await evaluated('free')]).toEqual([true, false])
    expect((await put('pros', { if: { attr: 'plan', op: 'in', values: ['free'] } })).status).toBe(200)
    expect([await evaluated('pro'), await evaluated('free')]).toEqual([false, true])

    const { body: snapshot } = await fixture.send('GET', `${environment}/snapshot`)
    expect(snapshotSchema.parse(snapshot).segments).toEqual({
      pros: { if: { attr: 'plan', op: 'in', values: ['free'] } },
    })
    const { body: record } = await fixture.send('GET', `${environment}/segments/pros`)
    expect(segmentRecordSchema.parse(record)).toMatchObject({ version: 2, usedBy: { flags: ['f'], segments: [] } })
    expect((await fixture.send('DELETE', `${environment}/segments/pros`)).status).toBe(409)
    await fixture.send('DELETE', `${environment}/flags/f`)
    expect((await fixture.send('DELETE', `${environment}/segments/pros`)).status).toBe(204)
    expect((await fixture.send('GET', `${environment}/segments`)).body.items).toEqual([])
    const { body: log } = await fixture.send('GET', `${environment}/events`)
    const told = log.items.filter((event: { subject: { kind: string } }) => event.subject.kind === 'segment')
    expect(told.map(({ action }: { action: string }) => action).sort()).toEqual(['create', 'delete', 'update'])
  })

  test.each([
    ['no condition', {}, 400, '/if'],
    ['an unknown field', { ...pro, fi: 1 }, 400, '/fi'],
    ['an unknown operator', { if: { attr: 'a', op: 'magic', values: [1] } }, 422, '/if/op'],
    ['a pattern that is none', { if: { attr: 'a', op: 'regex', values: ['(?=a)'] } }, 422, '/if/values/0'],
    ['a segment that is not there', { if: { segment: 'none' } }, 422, '/if/segment'],
    ['itself', { if: { not: { segment: 'pros' } } }, 422, '/if'],
  ])('%s is refused with its place and changes nothing', async (_, body, status, pointer) => {
    const answer = await put('pros', body)
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([status, pointer])
    expect((await fixture.send('GET', `${environment}/segments`)).body.items).toEqual([])
  })

  test('a write over another version is refused with what is there now; one that must be new is not laid over it', async () => {
    await put('pros', pro)
    const other = { if: { attr: 'plan', op: 'in', values: ['team'] } }
    await put('pros', other, { 'if-match': '"v1"' })
    const late = await put('pros', pro, { 'if-match': '"v1"' })
    expect([late.status, late.body.current]).toEqual([412, { version: 2, segment: other }])
    expect((await put('pros', pro, { 'if-none-match': '*' })).status).toBe(409)
    expect((await fixture.send('GET', `${environment}/segments/pros`)).body.segment).toEqual(other)
  })

  test('two that would name each other are refused', async () => {
    await put('a', { if: { all: [] } })
    await put('b', { if: { segment: 'a' } })
    const answer = await put('a', { if: { segment: 'b' } })
    expect([answer.status, answer.body.errors[0].message]).toEqual([422, expect.stringContaining('a → b → a')])
  })

  test('a flag cannot name one that is not there, and a version that has moved is not overwritten', async () => {
    const flag = await fixture.send('PUT', `${environment}/flags/f`, { body: forPros })
    expect([flag.status, flag.body.errors[0].pointer]).toEqual([422, '/rules/0/if/segment'])
    await put('pros', pro)
    expect((await put('pros', { if: { all: [] } }, { 'if-match': '"v7"' })).status).toBe(412)
  })

  test('who is compared with whom does not change under a running rollout', async () => {
    await put('pros', pro)
    const rule = { id: 'rollout', if: { segment: 'pros' }, sample: { share: 0 }, serve: 'on' }
    await fixture.send('PUT', `${environment}/flags/f`, { body: { ...tenth, rules: [rule] } })
    const started = await fixture.send('POST', `${environment}/rollouts?start=true`, { body: { flag: 'f' } })
    expect(started.status).toBe(201)
    const answer = await put('pros', { if: { all: [] } })
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining(started.body.id)])
  })
})
