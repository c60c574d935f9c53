// `npm run example -- <name>`: installs what is missing, builds, runs one of the recipes in examples/ for a person to watch.
import { join } from 'node:path'
import { build } from './build.mjs'
import { ensureInstalled, root, run } from './install.mjs'

ensureInstalled({ withTests: false })
build()
run('node', ['--conditions=@sluice/source', join(root, 'examples/main.ts'), ...process.argv.slice(2)])
