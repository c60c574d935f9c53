// `npm run docs`: the documentation as a folder of files that any browser and any place that serves files can open.
import { buildDocs } from './build.mjs'
import { ensureInstalled } from './install.mjs'

ensureInstalled({ withTests: false })
console.log(`The documentation is at ${buildDocs()}`)
console.log('A running server has it under /docs.')
