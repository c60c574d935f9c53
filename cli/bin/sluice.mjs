#!/usr/bin/env -S node --conditions=@sluice/source --max-semi-space-size=4
// Plain JavaScript, so that nothing is compiled before the cache is on: sources stripped of their types are kept, and without
// them every start loads the compiler, which costs 25 MB and half of the time.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('../../.build/compile-cache', import.meta.url)))
await import('../src/main.ts')
