import { expect, test } from 'vitest'
import type { Model } from './model.ts'
import { parseModel } from './parse-model.ts'
import { compareWithStatic } from './shadow.ts'

const atMs = Date.UTC(2026, 10, 20)
function modelOf(id: string, rates: Record<string, string>, more: object = {}): Model {
  const prices = Object.entries(rates).map(([meter, rate]) => ({ meter, rate }))
  const parsed = parseModel({ id, prices, ...more })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.model
}
const compare = (before: Model[], after: Model[], accepted: Parameters<typeof compareWithStatic>[2]['accepted'] = []) =>
  compareWithStatic(before, after, { atMs, accepted })
const one = (from: Record<string, string>, to: Record<string, string>) =>
  compare([modelOf('a:x', from)], [modelOf('a:x', to)]).models[0]?.differences.map(
    ({ component, kind, percent, verdict }) => [component, kind, percent, verdict],
  )

test('more than 5 % off is an alert, exactly 5 % is none, up and down, to the last digit', () => {
  expect(one({ input: '1' }, { input: '1.05' })).toEqual([['input', 'value_changed', 5, 'within']])
  expect(one({ input: '1' }, { input: '0.95' })).toEqual([['input', 'value_changed', -5, 'within']])
  expect(one({ input: '1' }, { input: '1.0500000001' })).toEqual([['input', 'value_changed', 5, 'alert']])
  expect(one({ input: '1' }, { input: '0.94' })).toEqual([['input', 'value_changed', -6, 'alert']])
  expect(one({ input: '1' }, { input: '1' })).toBeUndefined()
})

test('a rate on one side only, or from 0, is a kind of its own, not a change of value', () => {
  expect(one({ input: '1', reasoning: '2' }, { input: '1', cache_read: '0.1' })).toEqual([
    ['reasoning', 'rate_removed', null, 'alert'],
    ['cache_read', 'rate_added', null, 'alert'],
  ])
  expect(one({ input: '0' }, { input: '0.1' })).toEqual([['input', 'from_zero', null, 'alert']])
})

test('models on one side only are counted apart; one that the catalogue lacks is an alert', () => {
  const report = compare([modelOf('a:gone', { input: '1' })], [modelOf('a:new', { input: '1' })])
  expect(report).toMatchObject({ compared: 2, alerts: 1, counts: { only_static: 1, only_db: 1, value_changed: 0 } })
  expect(report.models.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['a:gone', 'alert'],
    ['a:new', 'within'],
  ])
})

test('fields that the table names are compared, others are not', () => {
  const before = modelOf('a:x', {}, { limits: { context: 1000 }, capabilities: { vision: true } })
  const after = modelOf(
    'a:x',
    {},
    { limits: { context: 2000, output: 5 }, capabilities: { vision: true, tools: true } },
  )
  expect(compare([before], [after]).models[0]?.differences).toEqual([
    { component: 'limits.context', kind: 'field_changed', static: '1000', db: '2000', percent: null, verdict: 'alert' },
  ])
})

test('an accepted difference is quiet until a value moves or its time is up', () => {
  const accept = (db: string, until = '2027-01-01') => [
    { model: 'a:x', component: 'input', static: '1', db, reason: 'a discount of ours', until },
  ]
  const verdict = (accepted: ReturnType<typeof accept>) =>
    compare([modelOf('a:x', { input: '1' })], [modelOf('a:x', { input: '2' })], accepted).models[0]?.verdict
  expect(verdict(accept('2'))).toBe('accepted')
  expect(verdict(accept('2.1'))).toBe('alert')
  expect(verdict(accept('2', '2026-11-20'))).toBe('alert')
})
