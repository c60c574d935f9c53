// Emits the SDK together with the evaluator it is built on, packs both as .build/sdk.tgz, and bundles what pages load as
// .build/sdk/browser.js. Runs on plain Node.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const sdk = dirname(fileURLToPath(import.meta.url))
const root = dirname(sdk)
const dist = join(sdk, 'dist')
const target = join(root, '.build')

function run(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32' && command === 'npm',
  })
  if (status === 0) return
  console.error(`${command} ${args.join(' ')} failed.\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`)
  process.exit(1)
}

function emit() {
  const typescript = dirname(createRequire(join(root, 'package.json')).resolve('typescript/package.json'))
  const { bin } = JSON.parse(readFileSync(join(typescript, 'package.json'), 'utf8'))
  rmSync(dist, { recursive: true, force: true })
  run(process.execPath, [join(typescript, bin.tsc), '-p', join(sdk, 'tsconfig.build.json')], sdk)
}

/**
 * Puts what each entry loads into it and a few files that entries share: a hundred small files take several times as long to load.
 * The types stay as they were emitted.
 */
async function bundleEntries() {
  const manifest = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'))
  const files = new Set(JSON.stringify(manifest.exports).match(/dist\/sdk\/src\/[\w-]+\.js/g))
  const input = Object.fromEntries([...files].map((file) => [file.slice('dist/sdk/src/'.length, -3), join(sdk, file)]))
  const external = [/^node:/, ...Object.keys(manifest.peerDependencies).map((name) => new RegExp(`^${name}(/|$)`))]
  const build = await rolldown({ input, external, platform: 'neutral', resolve: { conditionNames: ['default'] } })
  const bundled = join(dist, 'bundled')
  await build.write({ dir: bundled, format: 'es', chunkFileNames: 'shared/[name].js' })
  await build.close()
  for (const file of readdirSync(dist, { recursive: true }))
    if (file.endsWith('.js') && !file.startsWith('bundled')) rmSync(join(dist, file))
  cpSync(bundled, join(dist, 'sdk/src'), { recursive: true })
  rmSync(bundled, { recursive: true })
}

/** The manifest as users get it: nothing in it leads back to this repository's sources. */
function publicManifest() {
  const manifest = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'))
  delete manifest.devDependencies
  for (const entries of [manifest.exports, manifest.imports])
    for (const conditions of Object.values(entries)) delete conditions['@sluice/source']
  return manifest
}

function pack() {
  mkdirSync(target, { recursive: true })
  const stage = mkdtempSync(join(target, 'sdk-'))
  try {
    cpSync(dist, join(stage, 'dist'), { recursive: true })
    cpSync(join(sdk, 'README.md'), join(stage, 'README.md'))
    cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'))
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(publicManifest(), null, 2)}\n`)
    run('npm', ['pack', '--silent', '--ignore-scripts'], stage)
    const packed = readdirSync(stage).find((name) => name.endsWith('.tgz'))
    renameSync(join(stage, packed), join(target, 'sdk.tgz'))
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function bundleForPages() {
  const build = await rolldown({ input: join(dist, 'sdk/src/browser.js'), platform: 'browser' })
  await build.write({ file: join(target, 'sdk/browser.js'), format: 'es', minify: true, comments: false })
  await build.close()
}

emit()
await bundleEntries()
pack()
await bundleForPages()
console.log(relative(process.cwd(), join(target, 'sdk.tgz')))
