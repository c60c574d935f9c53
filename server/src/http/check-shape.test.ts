import { SluiceError, actionInputSchema, keyInputSchema, planInputSchema } from '@sluice/contract'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkShape } from './check-shape.ts'
import { suggest } from './suggest.ts'

function refusal(schema: z.ZodType, input: unknown): SluiceError {
  try {
    checkShape(schema, input, 'body')
  } catch (error) {
    if (error instanceof SluiceError) return error
    throw error
  }
  throw new Error('it was not refused')
}

test('an unknown field deep inside is named, with the one that was meant', () => {
  const error = refusal(planInputSchema, { flag: 'f', stages: [{ percent: 1, atLaest: '2h' }] })
  expect(error).toMatchObject({
    code: 'INVALID_INPUT',
    errors: [{ pointer: '/stages/0/atLaest', code: 'unrecognized_keys' }],
  })
  expect(error.errors[0]?.message).toContain('did you mean "atLeast"?')
})

test('a name like no other gets the list of known ones', () => {
  expect(refusal(keyInputSchema, { kind: 'server', name: 'x', zzz: 1 }).errors[0]?.message).toContain(
    'known are kind, environment, name',
  )
})

test('a wrong type is 400 and a broken range 422, each with what was expected', () => {
  expect(refusal(planInputSchema, { flag: 'f', stages: [{ percent: '10' }] })).toMatchObject({
    code: 'INVALID_INPUT',
    errors: [{ pointer: '/stages/0/percent' }],
  })
  expect(refusal(planInputSchema, { flag: 'f', stages: [{ percent: 150 }] })).toMatchObject({
    code: 'UNPROCESSABLE',
    errors: [{ pointer: '/stages/0/percent', code: 'too_big' }],
  })
  expect(refusal(planInputSchema, { flag: 'f', stages: [{ percent: 1e-9 }] })).toMatchObject({ code: 'UNPROCESSABLE' })
  expect(
    refusal(planInputSchema, { flag: 'f', stages: [{ percent: 1, atLeast: 'soon' }] }).errors[0]?.message,
  ).toContain('48h')
})

test('a missing field and null are told apart', () => {
  expect(refusal(keyInputSchema, { kind: 'server' }).errors[0]?.message).toBe('Expected a string; it is missing.')
  expect(refusal(keyInputSchema, { kind: 'server', name: null }).errors[0]?.message).toBe(
    'Expected a string, found null.',
  )
})

test('with both kinds of fault it is 400 and all are named', () => {
  const error = refusal(planInputSchema, { flag: '', reason: 5 })
  expect(error.code).toBe('INVALID_INPUT')
  expect(error.errors.map(({ pointer }) => pointer)).toEqual(['/flag', '/reason'])
})

test('an unknown choice is answered with the choices', () => {
  expect(refusal(actionInputSchema, { action: 'stop' }).errors[0]?.message).toContain('start, proceed, hold')
})

test.each([
  ['enviroment', 'environment'],
  ['Environment', 'environment'],
  ['nmae', 'name'],
  ['knid', 'kind'],
])('for %s it suggests %s', (given, meant) => {
  expect(suggest(given, ['kind', 'environment', 'name'])).toBe(meant)
})

test('it suggests nothing for what is like nothing', () => {
  expect(suggest('zzzzzz', ['kind', 'environment', 'name'])).toBeUndefined()
  expect(suggest('x', ['on', 'to'])).toBeUndefined()
})

test('of a value that may be a text or an object, the fault of the one that was tried is named', () => {
  const wrong = refusal(planInputSchema, { flag: 'f', checklist: ['Team told', { name: 'Suite passes', text: 'x' }] })
  expect(wrong).toMatchObject({
    code: 'INVALID_INPUT',
    errors: [{ pointer: '/checklist/1/name', message: expect.stringMatching(/no field "name": known are id, text/) }],
  })
  expect(refusal(planInputSchema, { flag: 'f', checklist: [{}] }).errors).toMatchObject([
    { pointer: '/checklist/0/text', message: 'Expected a string; it is missing.' },
  ])
  expect(refusal(planInputSchema, { flag: 'f', checklist: [7] }).errors).toMatchObject([
    { pointer: '/checklist/0', message: expect.stringMatching(/Expected a text, or an object with "text"/) },
  ])
})
