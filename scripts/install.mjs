// Installs what is missing, with the npm that is there. Runs on Node 20 and later, before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The environment in which `node` is the pinned one and our tools are found. */
export const environment = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
}

/** Runs a command in the repository; ends this process when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, env: environment, stdio: 'inherit', ...options })
  if (error) console.error(`Could not run ${command}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

function installed(withTests) {
  const marker = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(marker) || statSync(marker).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs) return false
  return !withTests || existsSync(join(root, 'node_modules', 'vitest'))
}

/** `withTests` brings the test tools as well; `npm start` does without. */
export function ensureInstalled({ withTests }) {
  if (installed(withTests)) return
  console.error(`Installing ${withTests ? 'everything the tests need' : 'what Sluice needs to run'} (once) …`)
  // Not `npm ci`: it refuses a lockfile whose optional packages of other platforms the registry at hand does not serve.
  run(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...(withTests ? [] : ['--omit=dev'])],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  )
}
