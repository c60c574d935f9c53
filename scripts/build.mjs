// Builds what is served: the packed SDK, the console and the documentation. Skips what is newer than its sources.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, root, run } from './install.mjs'

/** The latest change of these files, and of any below these folders. */
function newest(...paths) {
  const isFile = (path) => statSync(join(root, path)).isFile()
  let latest = Math.max(0, ...paths.filter(isFile).map((path) => statSync(join(root, path)).mtimeMs))
  for (const folder of paths.filter((path) => !isFile(path)))
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || /\.test\.|\.test-prop\./.test(entry.name)) continue
      latest = Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
    }
  return latest
}

const isBuilt = (file, ...sources) =>
  existsSync(join(root, file)) && statSync(join(root, file)).mtimeMs >= newest(...sources)

/** Runs the whole product once without a port of its own to be seen: what it compiles is kept for every later start. */
function warmUp() {
  if (isBuilt('.build/compile-cache', 'cli/src', 'server/src', 'core/src', 'contract/src', 'demo/src', 'sdk/src'))
    return
  rmSync(join(root, '.build/compile-cache'), { recursive: true, force: true })
  const args = ['--conditions=@sluice/source', 'cli/bin/sluice.mjs', 'demo', '--headless', '--json']
  run('node', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Pages show code, and the reference is made from it: what they are of is nearly everything. */
const docsFolders = ['docs', 'examples', 'acceptance', 'contract', 'core/src', 'cli/src', 'sdk/src', 'server/src']
const docsFiles = [
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'GLOSSARY.md',
  'sdk/README.md',
  'console/src/styles/tokens.css',
]

/** Writes the documentation where the server finds it, unless it is there already. Gives the address of its first page. */
export function buildDocs() {
  const page = '.build/docs/index.html'
  if (!isBuilt(page, ...docsFolders, ...docsFiles)) {
    console.error('Building the documentation …')
    run('node', ['--conditions=@sluice/source', 'docs/site/main.ts', '.build/docs'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  return join(root, page)
}

export function build() {
  const sdkSources = ['sdk/src', 'core/src/evaluation', 'core/src/catalogue']
  if (!isBuilt('.build/sdk.tgz', ...sdkSources) || !isBuilt('.build/sdk/browser.js', ...sdkSources)) {
    console.error('Packing the SDK …')
    run('node', ['sdk/build.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  if (existsSync(join(root, 'console/index.html')) && !isBuilt('console/dist/index.html', 'console/src')) {
    console.error('Building the console …')
    for (const config of ['console/vite.config.ts', 'console/planner.vite.config.ts'])
      run('vite', ['build', '--logLevel', 'warn', '--config', config, 'console'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
  }
  buildDocs()
  warmUp()
}

if (process.argv[1]?.endsWith('build.mjs')) {
  ensureInstalled({ withTests: false })
  build()
}
