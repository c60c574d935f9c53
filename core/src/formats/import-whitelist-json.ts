// The flags of a hand-written `feature-flags.js`: a switch, a percentage, a list of users let in and one of users kept out.
import type { Flag, ListEntry } from '../evaluation/index.ts'
import { Faults, isForbidden, isPlainObject } from '../evaluation/faults.ts'
import type { ImportNote, ImportResult } from './imported.ts'

const fields = new Set(['enabled', 'rolloutPercentage', 'whitelist', 'blacklist'])

/**
 * Reads `{ "<flag>": { enabled, rolloutPercentage, whitelist, blacklist } }`, bare or below `flags`. The percentage goes on with the
 * hash of its source (`java31`, without a salt), so every user stays where they are; a higher one only adds users. Such cohorts are
 * the same in every flag: `sluice` says so, because a new draw would move everybody.
 */
export function importWhitelistJson(input: unknown): ImportResult {
  const faults = new Faults()
  const flags: Record<string, Flag> = {}
  const notes: ImportNote[] = []
  const [at, given] = isPlainObject(input) && isPlainObject(input['flags']) ? ['/flags', input['flags']] : ['', input]
  if (isPlainObject(given))
    for (const [key, value] of Object.entries(given))
      readFlag(key, value, { at: faults.at(at, key), faults, flags, notes })
  else
    faults.type(
      at,
      'an object of flags such as {"patch_mode_enabled": {"enabled": true, "rolloutPercentage": 10}}',
      given,
    )
  if (faults.found.length > 0) return { ok: false, problems: faults.found }
  return { ok: true, imported: { flags, segments: {}, notes } }
}

interface Reading {
  readonly at: string
  readonly faults: Faults
  readonly flags: Record<string, Flag>
  readonly notes: ImportNote[]
}

function readFlag(key: string, value: unknown, { at, faults, flags, notes }: Reading): void {
  if (isForbidden(key)) return faults.key(at, key)
  if (!isPlainObject(value))
    return faults.type(at, 'an object such as {"enabled": true, "rolloutPercentage": 10}', value)
  const { enabled, rolloutPercentage = 0 } = value
  if (typeof enabled !== 'boolean') faults.type(`${at}/enabled`, 'true or false', enabled)
  const whitelist = readUnits(`${at}/whitelist`, value['whitelist'], faults)
  const blacklist = readUnits(`${at}/blacklist`, value['blacklist'], faults)
  if (typeof rolloutPercentage !== 'number' || Number.isNaN(rolloutPercentage))
    return faults.type(`${at}/rolloutPercentage`, 'a number from 0 to 100', rolloutPercentage)
  const note = (effect: ImportNote['effect'], sentence: string) => notes.push({ flag: key, effect, sentence })
  // Cohorts are whole: 12.5 lets the cohorts 0 to 12 in.
  const percent = Math.min(100, Math.max(0, Math.ceil(rolloutPercentage)))
  const both = blacklist.filter((unit) => whitelist.includes(unit))
  if (percent !== rolloutPercentage)
    note('dropped', `${rolloutPercentage} % let in ${percent} of the 100 cohorts, so it is written as ${percent} %.`)
  if (both.length > 0)
    note('dropped', `On both lists, where the source let them in, so they are included only: ${shown(both)}.`)
  if (whitelist.includes('') || blacklist.includes('') || percent > 0)
    note('differs', 'The empty text is a user at the source. Here it is nobody: it gets what is served otherwise.')
  for (const name of Object.keys(value).filter((field) => !fields.has(field)))
    note('dropped', `The field "${name}" means nothing to the source's evaluation.`)
  flags[key] = flagOf(enabled === true, percent, {
    include: whitelist.filter((unit) => unit !== ''),
    exclude: blacklist.filter((unit) => unit !== '' && !both.includes(unit)),
  })
}

function flagOf(enabled: boolean, percent: number, lists: { include: string[]; exclude: string[] }): Flag {
  const reason = 'imported'
  const include = lists.include.map((unit) => ({ unit, variant: 'on', reason }))
  const exclude: ListEntry[] = lists.exclude.map((unit) => ({ unit, reason }))
  return {
    enabled,
    variants: { on: true, off: false },
    off: 'off',
    ...(exclude.length > 0 ? { exclude } : {}),
    ...(include.length > 0 ? { include } : {}),
    rules: [{ id: 'rollout', sample: { share: percent * 1000, salt: '', hash: 'java31' }, serve: 'on' }],
    serve: 'off',
  }
}

/** The units of a list, each once. */
function readUnits(at: string, value: unknown = [], faults: Faults): string[] {
  if (!Array.isArray(value)) {
    faults.type(at, 'a list of user ids', value)
    return []
  }
  for (const [i, unit] of value.entries())
    if (typeof unit !== 'string') faults.type(`${at}/${i}`, 'a user id as text', unit)
  return [...new Set(value.filter((unit) => typeof unit === 'string'))]
}

const shown = (units: readonly string[]): string =>
  units.slice(0, 5).join(', ') + (units.length > 5 ? ` and ${units.length - 5} more` : '')
