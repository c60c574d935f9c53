import { evaluate, explain, unitText } from '#evaluation'
import type { Context, SnapshotFlag } from '#evaluation'
import { copyJson } from './copy-json.ts'
import type { FlagStore } from './flag-store.ts'
import type { LocalOverrides } from './local-overrides.ts'
import { defaultResolution, noMetadata } from './resolution.ts'
import type { Resolution, Resolver, RolloutTag } from './resolution.ts'

const notReady = 'No flags are loaded yet.'

const longestTask = 80

/** What the call is for; routes and summaries tell tasks apart. */
const taskOf = ({ task }: Context): string | null =>
  typeof task === 'string' && task !== '' && task.length <= longestTask ? task : null

/** Evaluates the flags in the store, local overrides on top; `now` in milliseconds since 1970. */
export function createResolver(store: FlagStore, overrides: LocalOverrides, now: () => number): Resolver {
  return {
    resolve(flagKey, context = {}) {
      const flags = store.compiled
      if (flags === null) return defaultResolution('PROVIDER_NOT_READY', notReady)
      if (typeof context !== 'object' || context === null || Array.isArray(context))
        return defaultResolution('INVALID_CONTEXT', 'The context is not an object.')
      const outcome = evaluate(flags, flagKey, context, now())
      const flag = flags.flags.get(flagKey)?.flag
      if (!flag) {
        const errorCode = outcome.reason === 'FLAG_NOT_FOUND' ? 'FLAG_NOT_FOUND' : 'GENERAL'
        return defaultResolution(errorCode, outcome.error ?? 'The flag could not be read.')
      }
      const { variant, value, reason, rule, drawn, error = null } = outcome
      const rollout = readRollout(flag)
      const resolution: Resolution = {
        value: copyJson(value),
        variant,
        reason,
        rule,
        drawn,
        constant: outcome.constant === true,
        error,
        errorCode: error !== null && variant === null ? 'GENERAL' : null,
        arm: rollout === null ? null : (outcome.arm ?? null),
        off: flag.off,
        variants: flag.variants,
        rollout,
        unit: unitOf(flag, context),
        task: taskOf(context),
        revision: flags.revision,
        metadata: flag.metadata ?? noMetadata,
        observed: true,
      }
      // The kill switch and a faulty flag beat an override; nothing else does.
      if (reason === 'OFF' || reason === 'ERROR') return resolution
      const forced = overrides.of(flagKey, flags)
      if (forced === null) return resolution
      const forcedValue = flag.variants[forced]
      return {
        ...resolution,
        variant: forced,
        value: copyJson(forcedValue),
        reason: 'FORCED',
        rule: null,
        drawn: false,
        arm: null,
        observed: false,
      }
    },

    pageFlags() {
      const flags = Object.entries(store.snapshot?.flags ?? {})
      return flags.filter(([, { client }]) => client === true).map(([key]) => key)
    },

    explain(flagKey, context = {}) {
      const flags = store.compiled
      if (flags !== null) return explain(flags, flagKey, context, now())
      const outcome = {
        value: undefined,
        variant: null,
        reason: 'ERROR',
        rule: null,
        error: notReady,
        drawn: false,
      } as const
      return { steps: [], outcome }
    },
  }
}

function readRollout({ rollout }: SnapshotFlag): RolloutTag | null {
  if (!rollout || !Number.isSafeInteger(rollout.attempt) || !Number.isSafeInteger(rollout.visit)) return null
  const { id, attempt, visit, timeoutMs } = rollout
  return { id: String(id), attempt, visit, timeoutMs: timeoutMs > 0 ? timeoutMs : null }
}

/** The unit that the rollout's sample draws, which need not be the targeting key. */
function unitOf({ rollout, rules }: SnapshotFlag, context: Context): string | null {
  const by = rules?.find((rule) => rule.id === rollout?.rule)?.sample?.by ?? 'targetingKey'
  for (const name of typeof by === 'string' ? [by] : by) {
    const unit = Object.hasOwn(context, name) ? unitText(context[name]) : null
    if (unit !== null) return unit
  }
  return null
}
