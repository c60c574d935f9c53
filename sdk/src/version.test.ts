import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { sdkVersion } from './version.ts'

test('the version that the SDK tells the server is that of its package', () => {
  expect(sdkVersion).toBe(manifest.version)
})
