import { builtin } from './builtin.ts'

/** Puts a hash in place of a unit. */
export type HashUnit = (unit: string, rolloutId: string) => string

/** `hashUnits` of the options as a function: salted with the rollout, or keyed with a secret text; null: units as they are. */
export function unitHash(hashUnits: boolean | string): HashUnit | null {
  if (hashUnits === false) return null
  const { createHash, createHmac } = builtin('node:crypto')
  return (unit, rolloutId) => {
    const hash = hashUnits === true ? createHash('sha256').update(`${rolloutId}:`) : createHmac('sha256', hashUnits)
    return hash.update(unit).digest('base64url')
  }
}
