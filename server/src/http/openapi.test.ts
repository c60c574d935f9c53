import { expect, test } from 'vitest'
import { startTestServer } from '../testing/test-server.ts'

test('the description knows every route, names its keys and leaves no reference open', async () => {
  const { send } = await startTestServer()
  const { body } = await send('GET', '/api/v1/openapi.json', { key: null })
  expect(body.openapi).toBe('3.1.0')
  const operations = Object.entries<Record<string, any>>(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  )
  expect(operations.length).toBeGreaterThan(20)
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { name, operation } of operations) {
    expect(operation.summary.length, name).toBeGreaterThan(5)
    expect(operation.responses.default.content['application/problem+json'].schema, name).toEqual({
      $ref: '#/components/schemas/Problem',
    })
  }
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? '')
  expect(references.length).toBeGreaterThan(20)
  for (const reference of new Set(references)) {
    const [, name = ''] = /^#\/components\/schemas\/(\w+)$/.exec(reference) ?? []
    expect(body.components.schemas, reference).toHaveProperty(name)
  }
  expect(body.paths['/livez'].get.security).toEqual([])
  expect(body.paths['/api/v1/keys'].post['x-key-kinds']).toEqual(['admin'])
  expect(body.paths['/api/v1/keys'].post.requestBody.content['application/json'].schema).toEqual({
    $ref: '#/components/schemas/KeyInput',
  })
})
