import { type Context, attribute } from '../context.ts'

/**
 * An attribute as Unleash reads it: of the context itself or among its `properties`, always as text. Who calls the user
 * `targetingKey`, as OpenFeature does, has a `userId` too.
 */
export function unleashText(context: Context, name: string): string | null {
  const value = present(attribute(context, name)) ?? present(property(context, name))
  const found = value ?? (name === 'userId' ? present(attribute(context, 'targetingKey')) : undefined)
  return found === undefined ? null : String(found)
}

const present = (value: unknown): unknown => (value === null ? undefined : value)

function property(context: Context, name: string): unknown {
  const properties = attribute(context, 'properties')
  return typeof properties === 'object' && properties !== null ? attribute(properties as Context, name) : undefined
}

/** The switch in `x` by which importers ask for that, and whether there is another one, which nobody knows. */
export const readsAsUnleash = (x: Readonly<Record<string, unknown>> | undefined): boolean => x?.['read'] === 'unleash'

export const isKnownSwitch = (name: string, value: unknown): boolean => name === 'read' && value === 'unleash'
