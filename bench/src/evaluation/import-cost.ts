// CPU from nothing to the first answer, in a fresh process: loading the library, a client, one flag. One line of JSON.
import { pathToFileURL } from 'node:url'
import { cpuNs } from './measure.ts'
import { scenarioOf } from './scenario.ts'

const [, , name, path = ''] = process.argv
const { flags, users } = scenarioOf('a')
const [flag] = flags
const [user] = users
if (!flag || !user) throw new Error('The scenario is empty.')
const { nativeSet } = await import('./peers/sluice.ts')
const set = { ...nativeSet({ flags, listed: [] }), env: 'demo', flagCount: 1 }
/** When the first answer was there: what a library does after it, an application does not wait for. */
let answeredAt = 0
let answer: unknown
function answered(given: unknown): void {
  answeredAt = cpuNs()
  answer = given
}
const silent = { warn() {}, error() {} }

async function sluice(): Promise<void> {
  const { createClient } = (await import(pathToFileURL(path).href)) as typeof import('@sluice/sdk')
  const client = createClient({ url: 'http://127.0.0.1:9', key: 'slc_srv_demo_none', bootstrap: set, logger: silent })
  answered(client.isEnabled(flag!.key, { targetingKey: user!.id }))
}

async function growthbook(): Promise<void> {
  const { GrowthBookClient } = await import('@growthbook/growthbook')
  const payload = {
    features: { [flag!.key]: { defaultValue: false, rules: [{ force: true, coverage: 0.5, hashAttribute: 'id' }] } },
  }
  const client = new GrowthBookClient().initSync({ payload: payload as never })
  answered(client.isOn(flag!.key, { attributes: { id: user!.id } }))
}

async function unleash(): Promise<void> {
  const { initialize } = await import('unleash-client')
  const client = initialize({
    url: 'http://127.0.0.1:9',
    appName: 'bench',
    refreshInterval: 0,
    disableMetrics: true,
    bootstrap: { data: [{ name: flag!.key, enabled: true, strategies: [{ name: 'default' }] } as never] },
  })
  client.on('error', () => {})
  answered(client.isEnabled(flag!.key, { userId: user!.id }))
}

const before = cpuNs()
await { sluice, growthbook, unleash }[name as 'sluice']()
console.log(JSON.stringify({ found: (answeredAt - before) / 1e6, answer }))
process.exit(0)
