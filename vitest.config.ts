import { defineConfig } from 'vitest/config'

const conditions = ['@sluice/source']

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  resolve: { conditions },
  test: {
    globalSetup: ['server/src/database/testing/global-setup.ts'],
    include: [
      '{core,contract,server,sdk,cli,demo,console,acceptance,scripts}/**/*.test.ts',
      '{core,contract,server,sdk,cli,demo,console}/**/*.test-prop.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    maxWorkers: 2,
    testTimeout: 60_000,
  },
})
