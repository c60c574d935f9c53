import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { policy } from './policy.ts'

/** The table of routes in the description of the wire, as people read it: one entry for each method and path. */
function routesOfWire(): Record<string, string> {
  const text = readFileSync(new URL('../../../contract/WIRE.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| ((?:GET|POST|PUT|PATCH|DELETE).*?) \| (.*?) \|/gm)]
  const routes: Record<string, string> = {}
  for (const [, places = '', kinds = ''] of rows)
    for (const [, methods = '', paths = ''] of places.matchAll(/((?:[A-Z]+ )+)((?:`[^`]+`(?:, )?)+)/g))
      for (const path of paths.matchAll(/`([^`?]+)[^`]*`/g))
        for (const method of methods.trim().split(' '))
          routes[`${method} ${(path[1] ?? '').replace('…', '/api/v1/environments/{env}')}`] = kinds
  return routes
}

/** `server (flags), admin` are two kinds; what stands in brackets narrows what one may ask for. */
const kindsOf = (text: string): string[] =>
  text
    .replaceAll(/ ?\([^)]*\)/g, '')
    .split(', ')
    .sort()

test('who may do what is what the description of the wire promises, line by line', () => {
  const { 'POST /api/v1/session': signIn, ...routes } = routesOfWire()
  expect(signIn).toContain('one-time link token')
  const { 'POST /api/v1/session': _, 'GET /api/v1/session': __, 'DELETE /api/v1/session': ___, ...present } = policy
  const written = Object.fromEntries(
    Object.entries(present).map(([route, access]) => [
      route,
      access === 'anyone' ? ['none'] : access === 'loopback' ? ['none on loopback'] : [...access].sort(),
    ]),
  )
  expect(written).toEqual(Object.fromEntries(Object.entries(routes).map(([route, kinds]) => [route, kindsOf(kinds)])))
})
