import { parseArgs } from 'node:util'
import type { Command } from '../command.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'

const options = { env: { type: 'string' }, json: { type: 'boolean', default: false } } as const

const usage = `sluice doctor [--env NAME] [--json]

Looks at everything between this terminal and a working rollout, and says what to do about what is wrong.`

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly text: string
}

const tried = async (name: string, work: () => Promise<string>): Promise<Check> =>
  work().then(
    (text) => ({ name, ok: true, text }),
    (error: unknown) => ({ name, ok: false, text: error instanceof Error ? error.message : String(error) }),
  )

/** `sluice doctor`: why does it not work? */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'check the server, the key and the connected SDKs',
  usage,
  options,
  async run(args, output) {
    const { values } = parseArgs({
      args: [...args],
      options,
    })
    const to = connect(values.env)
    const checks = [
      await tried(
        'server',
        async () => `${to.url} is ${(await to.request<{ status: string }>('GET', '/readyz')).status}`,
      ),
      await tried(
        'key',
        async () =>
          `the key is good for ${(await to.request<{ items: { name: string }[] }>('GET', '/api/v1/environments')).items.map(({ name }) => name).join(', ')}`,
      ),
      await tried(
        'flags',
        async () =>
          `${(await to.inside<{ items: unknown[] }>('GET', '/flags')).items.length} flags in ${to.environment}`,
      ),
      await tried('sdks', async () => {
        const { items } = await to.inside<{ items: { sdk: string }[] }>('GET', '/instances')
        return items.length === 0
          ? `no SDK is connected to ${to.environment} yet: ${to.url}/e/${to.environment}/connect shows how`
          : `${items.length} connected: ${items.map(({ sdk }) => sdk).join(', ')}`
      }),
    ]
    if (values.json) output.out(JSON.stringify({ ok: checks.every(({ ok }) => ok), checks }))
    else for (const { name, ok, text } of checks) output.out(`${ok ? '✔' : '✖'} ${name.padEnd(7)} ${text}`)
    return checks.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.error
  },
}
