import { checkVariant } from './check-variants.ts'
import { type Faults, isPlainObject } from '../faults.ts'

const mostEntries = 100_000

/** The lists of units: nobody stands on one twice, or on both. */
export function checkLists(input: Record<string, unknown>, names: ReadonlySet<string>, faults: Faults): void {
  const seen = new Map<string, string>()
  for (const list of ['exclude', 'include'] as const) {
    const entries = input[list]
    if (entries === undefined) continue
    if (!Array.isArray(entries)) {
      faults.type(`/${list}`, 'a list of units such as [{"unit": "user_1"}]', entries)
      continue
    }
    if (entries.length > mostEntries)
      faults.rule(`/${list}`, `Expected at most ${mostEntries} units; got ${entries.length}.`)
    for (const [i, entry] of entries.entries()) {
      const pointer = `/${list}/${i}`
      if (!isPlainObject(entry)) {
        faults.type(pointer, 'an object such as {"unit": "user_1"}', entry)
        continue
      }
      faults.onlyFields(pointer, entry, ['unit', 'by', 'reason', 'expires', ...(list === 'include' ? ['variant'] : [])])
      checkUnit(pointer, entry, list, seen, faults)
      faults.text(`${pointer}/by`, entry['by'])
      faults.text(`${pointer}/reason`, entry['reason'])
      faults.instant(`${pointer}/expires`, entry['expires'])
      if (list === 'include') checkVariant(`${pointer}/variant`, entry['variant'], names, false, faults)
    }
  }
}

function checkUnit(
  pointer: string,
  { unit, by = 'targetingKey' }: Record<string, unknown>,
  list: 'include' | 'exclude',
  seen: Map<string, string>,
  faults: Faults,
): void {
  if (typeof unit !== 'string' || unit === '') return faults.type(`${pointer}/unit`, 'the id of a unit as text', unit)
  if (!unit.isWellFormed() || unit.includes('\0'))
    faults.rule(`${pointer}/unit`, 'The unit holds a NUL or half of a surrogate pair: send well-formed Unicode.')
  const id = JSON.stringify([by, unit])
  const other = seen.get(id)
  seen.set(id, list)
  if (other === undefined) return
  const where = other === list ? 'twice on this list' : `on the ${other} list as well`
  faults.rule(`${pointer}/unit`, `The unit "${unit.slice(0, 80)}" stands ${where}: take it off one.`)
}
