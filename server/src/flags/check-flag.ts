// What a flag must obey beyond itself, which the core checks: its key, and the other flags it names.
import type { FieldError } from '@sluice/contract'
import type { Flag, SnapshotFlag } from '@sluice/core/evaluation'

const longestKeyBytes = 200

type Flags = Readonly<Record<string, SnapshotFlag>>

/** Why that text cannot be a flag key; null when it can. */
export function faultOfKey(key: string): string | null {
  const bytes = Buffer.byteLength(key)
  if (key === '') return 'A flag key has at least one character.'
  if (bytes > longestKeyBytes) return `A flag key has at most ${longestKeyBytes} bytes; this one has ${bytes}.`
  if (!key.isWellFormed()) return 'A flag key is well-formed Unicode; this one holds half of a surrogate pair.'
  if (/\p{Cc}/u.test(key)) return 'A flag key holds no control characters.'
  if (key === '.' || key === '..') return 'A flag key is not "." or "..": no address could name it.'
  if (['__proto__', 'prototype', 'constructor'].includes(key)) return `"${key}" is a name that JavaScript keeps.`
  return null
}

/** All faults, each with its place. */
export function checkFlag(key: string, flag: Flag, others: Flags): FieldError[] {
  return checkRequirements(key, flag, others)
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

function checkRequirements(key: string, flag: Flag, others: Flags): FieldError[] {
  const faults: FieldError[] = []
  for (const [index, { flag: parent }] of (flag.requires ?? []).entries()) {
    const pointer = `/requires/${index}/flag`
    if (parent !== key && !Object.hasOwn(others, parent)) {
      faults.push({ pointer, code: 'custom', message: `There is no flag "${parent}": create it first.` })
      continue
    }
    const cycle = pathBetween(parent, key, others, [parent])
    if (cycle)
      faults.push({
        pointer,
        code: 'custom',
        message: `The flags would wait for each other: ${[key, ...cycle].join(' → ')}. Take one requirement out.`,
      })
  }
  return faults
}

function pathBetween(from: string, to: string, flags: Flags, path: string[]): string[] | null {
  if (from === to) return path
  for (const { flag: next } of (Object.hasOwn(flags, from) && flags[from]?.requires) || []) {
    if (path.includes(next)) continue
    const found = pathBetween(next, to, flags, [...path, next])
    if (found) return found
  }
  return null
}

/** The flags that name this one in `requires`. */
export function dependentsOf(key: string, flags: Flags): string[] {
  return Object.entries(flags)
    .filter(([other, { requires = [] }]) => other !== key && requires.some(({ flag }) => flag === key))
    .map(([other]) => other)
}
