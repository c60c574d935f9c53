// Runs every test and ends with one line, "N passed, N failed". `--long` runs them at their release figures.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBrowser } from './browser.mjs'
import { build } from './build.mjs'
import { ensureInstalled, environment, root } from './install.mjs'
import { countOf, coverageFaults } from './test-result.mjs'

ensureInstalled({ withTests: true })
build()
const browser = ensureBrowser()
const results = join(root, '.build', 'test-results.json')
mkdirSync(join(root, '.build'), { recursive: true })
rmSync(results, { force: true })
const [long, filters] = [process.argv.includes('--long'), process.argv.slice(2).filter((arg) => arg !== '--long')]
const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...filters]
const { status } = spawnSync('vitest', args, {
  cwd: root,
  env: { ...environment, CHROME_PATH: browser, ...(long ? { SLUICE_TESTS: 'long' } : {}) },
  stdio: 'inherit',
  shell: process.platform === 'win32',
})

let passed = 0
let failed = 0
try {
  const report = JSON.parse(readFileSync(results, 'utf8'))
  ;({ passed, failed } = countOf(report, status))
  if (filters.length === 0) {
    const faults = coverageFaults(report, readFileSync(join(root, 'docs', 'declined.md'), 'utf8'))
    for (const fault of faults) console.error(fault)
    failed += faults.length
  }
} catch (error) {
  console.error(`The test run left no readable report: ${error.message}`)
  failed = Math.max(failed, 1)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
