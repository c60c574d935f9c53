import { knownMeters } from '@sluice/core/catalogue'

const ranks: ReadonlyMap<string, number> = new Map(knownMeters.map((meter, i) => [meter, i]))

/** Slots as price lists show them: input, output, then what is rarer; a meter's conditions after the plain price. */
export function bySlot(a: string, b: string): number {
  const [first, second] = [a, b].map((slot) => ranks.get(slot.split('|')[0] ?? '') ?? ranks.size)
  return (first ?? 0) - (second ?? 0) || (a < b ? -1 : 1)
}
