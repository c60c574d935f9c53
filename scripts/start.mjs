// `npm start`: installs and builds what is missing, then starts the server with the demo alive in it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build } from './build.mjs'
import { ensureInstalled, environment, root } from './install.mjs'

ensureInstalled({ withTests: false })
build()
const command = process.env.SLUICE_DEMO === 'off' ? 'server' : 'demo'
const server = spawn(
  'node',
  ['--conditions=@sluice/source', join(root, 'cli/bin/sluice.mjs'), command, ...process.argv.slice(2)],
  {
    cwd: root,
    env: environment,
    stdio: 'inherit',
  },
)
// The terminal sends Ctrl+C to both; only the server decides when it is over.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal))
server.on('exit', (code) => process.exit(code ?? 1))
