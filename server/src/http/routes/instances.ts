import { instanceListSchema } from '@sluice/contract'
import type { InstanceRegistry } from '../instances.ts'
import { type Route, defineRoute, json } from '../route.ts'

export function instanceRoutes(instances: InstanceRegistry): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/environments/{env}/instances',
      summary: 'The SDKs that are connected, or were within the last five minutes.',
      answers: { 200: { description: 'In no order.', schema: instanceListSchema } },
      handle: ({ environment }) => json({ items: instances.list(environment) }),
    }),
  ]
}
