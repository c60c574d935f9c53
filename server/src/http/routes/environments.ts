import { environmentListSchema } from '@sluice/contract'
import { type Route, defineRoute, json } from '../route.ts'

export function environmentRoutes(environments: readonly string[]): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/environments',
      summary: 'The environments of this server.',
      answers: { 200: { description: 'By name.', schema: environmentListSchema } },
      handle: () => json({ items: environments.map((name) => ({ name })) }),
    }),
  ]
}
