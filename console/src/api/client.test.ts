import { afterEach, expect, test, vi } from 'vitest'
import { ApiError, environmentPath, request } from './client.ts'

afterEach(() => vi.unstubAllGlobals())

function answer(status: number, body: unknown): void {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(body, { status })))
}

test('path parts are encoded one by one', () => {
  expect(environmentPath('demo', 'flags', 'openrouter:z-ai/glm-4.5-air:free')).toBe(
    '/api/v1/environments/demo/flags/openrouter%3Az-ai%2Fglm-4.5-air%3Afree',
  )
})

test('a problem becomes an error with its detail, code and hint', async () => {
  answer(409, { code: 'STATE_CONFLICT', title: 'no', detail: 'It has ended.', hint: 'Start a new rollout.' })
  const error = await request('/x').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({
    status: 409,
    code: 'STATE_CONFLICT',
    message: 'It has ended.',
    hint: 'Start a new rollout.',
  })
})

test('an answer that is no problem document still makes a readable error', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { status: 502 })))
  await expect(request('/x')).rejects.toMatchObject({ status: 502, message: 'The server answered 502.' })
})

test('a server that is gone is its own code', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')))
  await expect(request('/x')).rejects.toMatchObject({ status: 0, code: 'UNREACHABLE' })
})

test('a file goes out as it is, everything else as JSON', async () => {
  const seen: unknown[] = []
  vi.stubGlobal('fetch', (_: string, { body }: RequestInit) => {
    seen.push(body)
    return Promise.resolve(Response.json({}))
  })
  const file = new Blob(['{ "a" : 1 }'])
  await request('/x', { method: 'POST', body: file, headers: { 'x-sluice-plan': 'p' } })
  await request('/x', { method: 'POST', body: { a: 1 } })
  expect(seen).toEqual([file, '{"a":1}'])
})

test('undefined query values are left out', async () => {
  const seen: string[] = []
  vi.stubGlobal('fetch', (url: string) => {
    seen.push(url)
    return Promise.resolve(Response.json({}))
  })
  await request('/x', { query: { dryRun: 'true', flag: undefined } })
  expect(seen).toEqual(['/x?dryRun=true'])
})
