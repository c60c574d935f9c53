// `npm run docs` and the build of the server: the folder to write the site to.
import { buildSite } from './build-site.ts'

const [folder = ''] = process.argv.slice(2)
if (folder === '') throw new Error('Expected the folder to write the site to.')
await buildSite(folder)
