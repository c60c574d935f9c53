import { SluiceError } from '@sluice/contract'
import { readIfFile } from '../static.ts'
import { type Route, defineRoute } from '../route.ts'

/** `npm install http://…/sdk.tgz`: the SDK that fits this very server. */
export function sdkRoutes(tarball: string): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/sdk.tgz',
      summary: 'The SDK of this version, as npm installs it.',
      answers: { 200: { description: 'A tarball.', mediaType: 'application/gzip' } },
      handle: async () => {
        const file = await readIfFile(tarball)
        if (!file)
          throw new SluiceError('NOT_FOUND', 'The SDK is not packed here.', {
            hint: 'Run "npm run build" in the repository, then ask again.',
          })
        return new Response(file, { headers: { 'content-type': 'application/gzip', 'cache-control': 'no-cache' } })
      },
    }),
  ]
}
