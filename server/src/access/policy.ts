import type { KeyKind } from '@sluice/contract'

/** `anyone`: no key. `loopback`: no key while only this machine can connect, else any key. */
export type Access = 'anyone' | 'loopback' | readonly KeyKind[]

const environment = '/api/v1/environments/{env}'
const admin = ['admin'] as const
const readers = ['server', 'admin'] as const
const modelReaders = ['server', 'viewer', 'editor', 'admin'] as const
const modelEditors = ['editor', 'admin'] as const

/** Who may do what. What does not stand here may nobody do: a route without its line keeps the server from starting. */
export const policy: Readonly<Record<string, Access>> = {
  'GET /livez': 'anyone',
  'GET /readyz': 'anyone',
  'GET /health': 'anyone',
  'GET /metrics': 'loopback',
  'GET /api/v1/openapi.json': 'loopback',
  'GET /api/v1/flag-set.schema.json': 'loopback',
  'GET /api/v1/config-file.schema.json': 'anyone',
  'GET /sdk.tgz': 'loopback',
  // A page's script: it cannot send a key, and whoever has the page has it.
  'GET /sdk/browser.js': 'anyone',

  'GET /api/v1/session': 'anyone',
  'POST /api/v1/session': 'anyone',
  'DELETE /api/v1/session': 'anyone',

  'GET /api/v1/environments': admin,
  'GET /api/v1/keys': admin,
  'POST /api/v1/keys': admin,
  'DELETE /api/v1/keys/{id}': admin,

  'GET /api/v1/plan-templates': readers,

  'GET /api/v1/audit': admin,
  'GET /api/v1/audit/verify': admin,

  'GET /api/v1/channels': admin,
  'POST /api/v1/channels': admin,
  'DELETE /api/v1/channels/{id}': admin,
  'POST /api/v1/channels/{id}/test': admin,
  'GET /api/v1/channels/{id}/deliveries': admin,
  'POST /api/v1/channels/{id}/deliveries/{event}/redeliver': admin,

  [`GET ${environment}/flags`]: admin,
  [`GET ${environment}/flags/{key}`]: admin,
  [`PUT ${environment}/flags/{key}`]: admin,
  [`PATCH ${environment}/flags/{key}`]: admin,
  [`DELETE ${environment}/flags/{key}`]: admin,
  [`POST ${environment}/flags/{key}/explain`]: readers,

  [`GET ${environment}/segments`]: admin,
  [`GET ${environment}/segments/{key}`]: admin,
  [`PUT ${environment}/segments/{key}`]: admin,
  [`DELETE ${environment}/segments/{key}`]: admin,

  [`GET ${environment}/snapshot`]: readers,
  [`GET ${environment}/stream`]: readers,
  [`GET ${environment}/instances`]: admin,
  [`GET ${environment}/events`]: admin,

  [`GET ${environment}/rollouts`]: admin,
  [`POST ${environment}/rollouts`]: admin,
  [`POST ${environment}/rollouts/preview`]: admin,
  [`GET ${environment}/rollouts/{id}`]: admin,
  [`GET ${environment}/rollouts/{id}/preview`]: admin,
  [`POST ${environment}/rollouts/{id}/actions`]: admin,
  [`POST ${environment}/rollouts/{id}/checks`]: admin,
  [`GET ${environment}/rollouts/{id}/log`]: admin,
  [`POST ${environment}/rollouts/{id}/notes`]: admin,
  [`GET ${environment}/train`]: admin,
  [`GET ${environment}/rollouts/{id}/decisions`]: admin,
  [`GET ${environment}/rollouts/{id}/series`]: admin,
  [`GET ${environment}/rollouts/{id}/recording`]: admin,
  [`GET ${environment}/rollouts/{id}/report`]: admin,

  [`POST ${environment}/observations`]: ['server', 'ingest', 'client', 'admin'],
  [`POST ${environment}/flags/{key}/complaints`]: ['server', 'ingest', 'admin'],
  [`POST ${environment}/config/plan`]: admin,
  [`POST ${environment}/config/apply`]: admin,
  [`GET ${environment}/config/export`]: admin,

  [`GET ${environment}/metrics/summary`]: readers,
  [`GET ${environment}/metrics/trend`]: readers,
  [`GET ${environment}/alerts`]: admin,
  [`POST ${environment}/alerts/{id}/actions`]: admin,

  'GET /api/v1/models': modelReaders,
  'GET /api/v1/models/snapshot': modelReaders,
  'GET /api/v1/models/{id}': modelReaders,
  'GET /api/v1/models/{id}/history': modelReaders,
  'GET /api/v1/models/{id}/prices': modelReaders,
  'GET /api/v1/models/usage': modelReaders,
  'GET /api/v1/models/{id}/usage': modelReaders,
  'GET /api/v1/models/{id}/referrers': modelReaders,
  'POST /api/v1/models/cost': modelReaders,
  'GET /api/v1/models/export': modelReaders,
  'POST /api/v1/models/import/plan': admin,
  'POST /api/v1/models/import/apply': admin,
  'GET /api/v1/models/import/progress/{plan}': admin,
  'POST /api/v1/models': modelEditors,
  'PATCH /api/v1/models/{id}': modelEditors,
  'POST /api/v1/models/{id}/duplicate': modelEditors,
  'POST /api/v1/models/{id}/prices': modelEditors,
  'POST /api/v1/models/{id}/revert': modelEditors,
  'DELETE /api/v1/models/{id}': admin,
  'POST /api/v1/models/{id}/restore': admin,

  'POST /ofrep/v1/evaluate/flags/{key}': ['server', 'client', 'admin'],
  'POST /ofrep/v1/evaluate/flags': ['server', 'client', 'admin'],
  // Browsers send no header there: the address itself says who may listen.
  'GET /ofrep/v1/stream': 'anyone',
}
