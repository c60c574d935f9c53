import type { Peer } from '../peer.ts'

/** Each is loaded in the process that measures it, and there alone. */
export const peers: Readonly<Record<string, () => Promise<Peer>>> = {
  minimal: async () => (await import('./minimal.ts')).minimal,
  sluice: async () => (await import('./sluice.ts')).sluice,
  'sluice-counting': async () => (await import('./sluice.ts')).sluiceCounting,
  unleash: async () => (await import('./unleash.ts')).unleash,
  flagd: async () => (await import('./flagd.ts')).flagd,
  growthbook: async () => (await import('./growthbook.ts')).growthbook,
  launchdarkly: async () => (await import('./launchdarkly.ts')).launchdarkly,
  openfeature: async () => (await import('./openfeature.ts')).openfeature,
  posthog: async () => (await import('./posthog.ts')).posthog,
}
