import { type Faults, isPlainObject } from '../faults.ts'

/** What other flags must answer. Whether they exist, and wait for each other, only the whole set can tell. */
export function checkRequires(value: unknown, faults: Faults): void {
  if (value === undefined) return
  if (!Array.isArray(value)) return faults.type('/requires', 'a list such as [{"flag": "other-flag"}]', value)
  for (const [i, requirement] of value.entries()) {
    const pointer = `/requires/${i}`
    if (!isPlainObject(requirement)) {
      faults.type(pointer, 'an object such as {"flag": "other-flag"}', requirement)
      continue
    }
    faults.onlyFields(pointer, requirement, ['flag', 'variants', 'on'])
    const { flag, variants, on } = requirement
    if (typeof flag !== 'string') faults.type(`${pointer}/flag`, 'the key of a flag', flag)
    faults.switch(`${pointer}/on`, on)
    if (variants !== undefined && !(Array.isArray(variants) && variants.every((name) => typeof name === 'string')))
      faults.type(`${pointer}/variants`, 'a list of variant names', variants)
  }
}
