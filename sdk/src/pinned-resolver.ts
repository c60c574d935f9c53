import type { Context } from '#evaluation'
import type { Resolution, Resolver } from './resolution.ts'

/** What a conversation was given, and in which arm of which attempt. */
interface Pin {
  readonly variant: string
  readonly arm: Resolution['arm']
  readonly attempt: string | null
}

const mostPins = 10_000

/**
 * Keeps a conversation (`sessionKey` in the context) on the variant it began with when a share rises past it: another
 * model in the middle of a talk finds a cold prompt cache and another tone. It only ever keeps what was there before:
 * a kill switch, a list, a rollback or any step back takes effect at once. Such an answer is in no arm.
 */
export function pinConversations(resolver: Resolver): Resolver {
  const pins = new Map<string, Pin>()
  return {
    ...resolver,
    resolve(flagKey, context) {
      const resolution = resolver.resolve(flagKey, context)
      const session = sessionOf(context)
      if (session === null || resolution.variant === null || !resolution.observed) return resolution
      const id = `${flagKey}\n${session}`
      const pin = pins.get(id)
      const isKept = pin !== undefined && pin.variant !== resolution.variant && holds(pin, resolution)
      // Deleted and set again, it is the youngest: a Map keeps the order of insertion.
      pins.delete(id)
      pins.set(id, isKept ? pin : pinOf(resolution, resolution.variant))
      if (pins.size > mostPins) pins.delete(pins.keys().next().value as string)
      if (!isKept) return resolution
      const { variant } = pin
      const value = resolution.variants[variant]
      return { ...resolution, variant, value, reason: 'PINNED', rule: null, drawn: false, arm: null }
    },
  }
}

function holds(pin: Pin, now: Resolution): boolean {
  if ((now.reason !== 'RULE' && now.reason !== 'SERVE') || !Object.hasOwn(now.variants, pin.variant)) return false
  const hasRisen = pin.arm === 'C' && now.arm === 'T' && pin.attempt === attemptOf(now)
  return hasRisen || pin.variant === now.off
}

const pinOf = (resolution: Resolution, variant: string): Pin => ({
  variant,
  arm: resolution.arm,
  attempt: attemptOf(resolution),
})

const attemptOf = ({ rollout }: Resolution): string | null => rollout && `${rollout.id} ${rollout.attempt}`

function sessionOf(context: Context | undefined): string | null {
  if (typeof context !== 'object' || context === null || !Object.hasOwn(context, 'sessionKey')) return null
  const { sessionKey } = context
  return typeof sessionKey === 'string' && sessionKey !== '' ? sessionKey : null
}
