// What CI runs, fastest first.
import { ensureInstalled, run } from './install.mjs'

ensureInstalled({ withTests: true })
run('oxfmt', ['--check', '.'])
run('oxlint', [])
run('tsc', ['-p', 'core'])
run('tsc', ['-p', '.'])
run('knip', ['--no-progress'])
run('node', ['scripts/test.mjs'])
