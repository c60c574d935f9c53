import type { AsyncLocalStorage } from 'node:async_hooks'
import { builtin } from './builtin.ts'
import type { Resolution, Resolver } from './resolution.ts'
import { readTestFlag } from './test-flag.ts'
import type { TestFlag, TestFlags } from './test-flag.ts'

/** Made with the first scope: a process that uses none pays for none. */
let scopes: AsyncLocalStorage<Readonly<Record<string, TestFlag>>> | undefined

/**
 * Runs `work` with some flags as they are told, for every client and whatever it awaits; outside of it, and in work that runs
 * beside it, nothing changes. Scopes nest. For tests: real clients report nothing of it.
 */
export function withFlags<T>(flags: TestFlags, work: () => T): T {
  scopes ??= new (builtin('node:async_hooks').AsyncLocalStorage)()
  return scopes.run({ ...scopes.getStore(), ...(flags as Readonly<Record<string, TestFlag>>) }, work)
}

/** What the scope that asks says of a flag; undefined: nothing. */
export function scopedFlag(flagKey: string): TestFlag | undefined {
  const flags = scopes?.getStore()
  return flags !== undefined && Object.hasOwn(flags, flagKey) ? flags[flagKey] : undefined
}

/** The resolver, but for the flags of the scope it is asked in. */
export function scoped(resolver: Resolver): Resolver {
  return {
    ...resolver,
    resolve(flagKey, context) {
      const resolution = resolver.resolve(flagKey, context)
      const flag = scopedFlag(flagKey)
      return flag === undefined ? resolution : forced(resolution, flag)
    },
  }
}

function forced(resolution: Resolution, flag: TestFlag): Resolution {
  const { variant, value } = readTestFlag(flag, resolution.variants)
  return {
    ...resolution,
    variant,
    value,
    variants: { ...resolution.variants, [variant]: value },
    reason: 'FORCED',
    rule: null,
    drawn: false,
    error: null,
    errorCode: null,
    off: resolution.off ?? 'off',
    arm: null,
    observed: false,
  }
}
