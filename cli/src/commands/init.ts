import { access, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Command } from '../command.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'

const options = { env: { type: 'string' }, json: { type: 'boolean', default: false } } as const

const usage = `sluice init [FLAG] [--env NAME] [--json]

Makes a flag and a server key, and writes app.mjs: a guarded call in your own code, ready to run.`

const program = (url: string, flag: string): string => `import { createClient } from '@sluice/sdk'

const sluice = createClient({ url: '${url}', key: process.env.SLUICE_KEY })
await sluice.ready()

for (let i = 1; i <= 50; i++) {
  const answer = await sluice.run('${flag}', { targetingKey: \`user_\${i}\` }, {
    on: () => 'the new way',
    off: () => 'the way it was',
  })
  console.log(\`user_\${i}\`, answer)
}
await sluice.close()
`

/** `sluice init`: from an empty folder to a guarded call. */
export const initCommand: Command = {
  name: 'init',
  summary: 'write a first guarded call into this folder',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const flag = positionals[0] ?? 'my-first-flag'
    const file = 'app.mjs'
    const exists = await access(file).then(
      () => true,
      () => false,
    )
    if (exists) throw new Error(`${file} is here already: move it away, or go to another folder.`)
    const to = connect(values.env)
    const path = `/flags/${encodeURIComponent(flag)}`
    await to
      .inside('GET', path)
      .catch(() =>
        to.inside('PUT', path, { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }),
      )
    const { secret } = await to.request<{ secret: string }>('POST', '/api/v1/keys', {
      kind: 'server',
      environment: to.environment,
      name: 'made by sluice init',
    })
    await writeFile(file, program(to.url, flag))
    const steps = [
      `npm i ${to.url}/sdk.tgz`,
      `SLUICE_KEY=${secret} node ${file}`,
      `sluice rollout create ${flag} --start --env ${to.environment}`,
    ]
    output.out(
      values.json
        ? JSON.stringify({ file, flag, environment: to.environment, key: secret, steps })
        : `Wrote ${file}. The key is shown this once. Next:\n\n${steps.map((step) => `  ${step}`).join('\n')}`,
    )
    return exitCodes.ok
  },
}
