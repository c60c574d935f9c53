// What a flag must obey beyond itself, which the core checks: its key, and the other flags it names.
import type { FieldError } from '@sluice/contract'
import type { Flag, SnapshotFlag } from '@sluice/core/evaluation'
import { pathBetween } from './path-between.ts'

const longestKeyBytes = 200

type Flags = Readonly<Record<string, SnapshotFlag>>

/** Why that text cannot be a flag key; null when it can. */
export function faultOfKey(key: string): string | null {
  const bytes = Buffer.byteLength(key)
  if (key.trim() === '') return 'A flag key has at least one character that can be seen.'
  if (bytes > longestKeyBytes) return `A flag key has at most ${longestKeyBytes} bytes; this one has ${bytes}.`
  if (!key.isWellFormed()) return 'A flag key is well-formed Unicode; this one holds half of a surrogate pair.'
  if (/\p{Cc}/u.test(key)) return 'A flag key holds no control characters.'
  if (key === '.' || key === '..') return 'A flag key is not "." or "..": no address could name it.'
  if (['__proto__', 'prototype', 'constructor'].includes(key)) return `"${key}" is a name that JavaScript keeps.`
  return null
}

/** All faults, each with its place. */
export function checkFlag(key: string, flag: Flag, before: Flag | null, others: Flags): FieldError[] {
  return [...checkRequirements(key, flag, others), ...checkDependents(key, flag, before, others)]
}

/** A variant that other flags wait for stays: without it nobody would ever get them. */
function checkDependents(key: string, flag: Flag, before: Flag | null, others: Flags): FieldError[] {
  const gone = Object.keys(before?.variants ?? {}).filter((name) => !Object.hasOwn(flag.variants, name))
  return gone.flatMap((name) => {
    const waiting = Object.entries(others).filter(
      ([other, { requires = [] }]) =>
        other !== key && requires.some((one) => one.flag === key && one.variants?.includes(name)),
    )
    if (waiting.length === 0) return []
    const keys = waiting.slice(0, 10).map(([other]) => other)
    const message = `The variant "${name}" is required by ${keys.join(', ')}: take it out of their requirements first.`
    return [{ pointer: '/variants', code: 'custom', message }]
  })
}

/** What is allowed and worth knowing. */
export function warningsOf(flag: Flag): string[] {
  const bySalt = Map.groupBy(
    (flag.rules ?? []).filter(({ sample }) => sample),
    ({ sample }) => sample?.salt,
  )
  const nested = [...bySalt.values()].filter((rules) => rules.length > 1)
  const warnings = nested.map(
    (rules) =>
      `The samples of the rules ${rules.map(({ id }) => `"${id}"`).join(' and ')} share a salt: they draw the same units.`,
  )
  const forced =
    flag.force !== undefined && `Everybody gets "${flag.force}": the flag is forced, its rules are not read.`
  return forced ? [...warnings, forced] : warnings
}

/** The variable that forces a flag on one machine has no room for every sign of a key. */
const forceName = (key: string): string => key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')

/** Flags that one `SLUICE_FORCE_…` would mean together, with what to know of it: SDKs then force none of them. */
export function forceNameWarnings(keys: readonly string[]): ReadonlyMap<string, string> {
  const clashes = [...Map.groupBy(keys, forceName)].filter(([, same]) => same.length > 1)
  return new Map(
    clashes.flatMap(([name, same]) => {
      const named = same.map((key) => `"${key}"`).join(' and ')
      return same.map((key) => [key, `SLUICE_FORCE_${name} means ${named}: it forces none of them.`] as const)
    }),
  )
}

function checkRequirements(key: string, flag: Flag, others: Flags): FieldError[] {
  const faults: FieldError[] = []
  for (const [index, { flag: parent, variants = [] }] of (flag.requires ?? []).entries()) {
    const pointer = `/requires/${index}/flag`
    if (parent !== key && !Object.hasOwn(others, parent)) {
      faults.push({ pointer, code: 'custom', message: `There is no flag "${parent}": create it first.` })
      continue
    }
    const known = Object.keys((parent === key ? flag : others[parent])?.variants ?? {})
    for (const [i, name] of variants.entries())
      if (!known.includes(name))
        faults.push({
          pointer: `/requires/${index}/variants/${i}`,
          code: 'custom',
          message: `The flag "${parent}" has no variant "${name.slice(0, 80)}"; it has ${known.slice(0, 10).join(', ')}.`,
        })
    const cycle = pathBetween(parent, key, (one) => parentsOf(one, others))
    if (cycle)
      faults.push({
        pointer,
        code: 'custom',
        message: `The flags would wait for each other: ${[key, ...cycle].join(' → ')}. Take one requirement out.`,
      })
  }
  return faults
}

const parentsOf = (key: string, flags: Flags): string[] =>
  ((Object.hasOwn(flags, key) && flags[key]?.requires) || []).map(({ flag }) => flag)

/** The flags that name this one in `requires`. */
export function dependentsOf(key: string, flags: Flags): string[] {
  return Object.entries(flags)
    .filter(([other, { requires = [] }]) => other !== key && requires.some(({ flag }) => flag === key))
    .map(([other]) => other)
}
