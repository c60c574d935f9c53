// `npm run bench -- <suite>`: installs what is missing, builds, runs the benchmarks.
import { join } from 'node:path'
import { build } from './build.mjs'
import { ensureInstalled, root, run } from './install.mjs'

ensureInstalled({ withTests: true })
build()
run('node', ['--conditions=@sluice/source', join(root, 'bench/src/main.ts'), ...process.argv.slice(2)])
