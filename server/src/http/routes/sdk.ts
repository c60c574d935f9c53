import { join } from 'node:path'
import { SluiceError } from '@sluice/contract'
import { readIfFile } from '../static.ts'
import { type Route, defineRoute } from '../route.ts'

/** The SDK that fits this very server: `npm install http://…/sdk.tgz`, or a script for a page. */
export function sdkRoutes(folder: string): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/sdk.tgz',
      summary: 'The SDK of this version, as npm installs it.',
      answers: { 200: { description: 'A tarball.', mediaType: 'application/gzip' } },
      handle: () => serve(join(folder, 'sdk.tgz'), 'application/gzip', 'no-cache'),
    }),
    defineRoute({
      method: 'GET',
      path: '/sdk/browser.js',
      summary: 'The SDK of this version for pages, as one module.',
      crossOrigin: true,
      answers: { 200: { description: 'A module that exports createClient.', mediaType: 'text/javascript' } },
      handle: () => serve(join(folder, 'sdk/browser.js'), 'text/javascript; charset=utf-8', 'public, max-age=300'),
    }),
  ]
}

async function serve(path: string, mediaType: string, cacheControl: string): Promise<Response> {
  const file = await readIfFile(path)
  if (!file)
    throw new SluiceError('NOT_FOUND', 'The SDK is not packed here.', {
      hint: 'Run "npm run build" in the repository, then ask again.',
    })
  return new Response(file, { headers: { 'content-type': mediaType, 'cache-control': cacheControl } })
}
