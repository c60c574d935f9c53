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

/** Without what a surrounding `npm pack` was told: where its package goes is not where ours go. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)))

function run(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
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

/** What pages load. It shares nothing with the entries of servers, so neither pays for the other. */
const forPages = new Set(['browser', 'react', 'openfeature-web'])

/**
 * Puts what each entry loads into it and one file that entries share: a hundred small files take several times as long to load.
 * The types stay as they were emitted.
 */
async function bundleEntries() {
  const manifest = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'))
  const files = JSON.stringify(manifest.exports).match(/(?<=dist\/sdk\/src\/)[\w-]+(?=\.js)/g)
  const entries = [...new Set(files)]
  const external = [/^node:/, ...Object.keys(manifest.peerDependencies).map((name) => new RegExp(`^${name}(/|$)`))]
  const bundled = join(dist, 'bundled')
  const bundle = async (names, shared) => {
    const input = Object.fromEntries(names.map((name) => [name, join(dist, `sdk/src/${name}.js`)]))
    const build = await rolldown({ input, external, platform: 'neutral', resolve: { conditionNames: ['default'] } })
    await build.write({
      dir: bundled,
      format: 'es',
      chunkFileNames: '[name].js',
      // Names stay: they stand in the stack traces of applications.
      minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
      comments: false,
      codeSplitting: { groups: [{ name: shared, minShareCount: 2 }] },
    })
    await build.close()
  }
  await bundle(
    entries.filter((name) => forPages.has(name)),
    'shared/pages',
  )
  await bundle(
    entries.filter((name) => !forPages.has(name)),
    'shared/servers',
  )
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
