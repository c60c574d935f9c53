import { defineConfig } from 'vitest/config'

const conditions = ['@sluice/source']

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  resolve: { conditions },
  test: {
    globalSetup: ['server/src/database/testing/global-setup.ts'],
    include: [
      '{core,contract,server,sdk,cli,demo,console,bench,examples,docs,acceptance,scripts}/**/*.test.ts',
      '{core,contract,server,sdk,cli,demo,console,bench}/**/*.test-prop.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    maxWorkers: 2,
    testTimeout: process.env['SLUICE_TESTS'] === 'long' ? 3_600_000 : 60_000,
    // A server process and a browser take their time to start beside other tests.
    hookTimeout: 60_000,
  },
})
