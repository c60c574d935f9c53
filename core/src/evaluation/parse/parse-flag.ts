import type { Flag } from '../flag.ts'
import { checkServe } from './check-draw.ts'
import { checkLists } from './check-lists.ts'
import { checkNotes } from './check-notes.ts'
import { checkRequires } from './check-requires.ts'
import { checkRules, checkSplitSalts } from './check-rules.ts'
import { checkVariant, checkVariants } from './check-variants.ts'
import { type FlagProblem, Faults, isPlainObject } from '../faults.ts'
import type { ParseOptions } from './parse-options.ts'

/** A flag that was read, or everything that is wrong with it. */
export type ParsedFlag =
  | { readonly ok: true; readonly flag: Flag }
  | { readonly ok: false; readonly problems: readonly FlagProblem[] }

const fields = [
  'enabled',
  'variants',
  'off',
  'force',
  'requires',
  'exclude',
  'include',
  'rules',
  'serve',
  'client',
  'metadata',
  'description',
  'owner',
  'tags',
  'risk',
  'rollbackImpact',
  'expires',
  'kind',
  'models',
] as const

/** Checks untrusted JSON as a flag. Each problem says where, what was expected, what was found. Never throws. */
export function parseFlag(input: unknown, options: ParseOptions = {}): ParsedFlag {
  const faults = new Faults()
  try {
    checkFlag(input, faults, options)
  } catch {
    faults.type('', 'plain JSON', input)
  }
  return faults.found.length === 0 ? { ok: true, flag: input as Flag } : { ok: false, problems: faults.found }
}

function checkFlag(input: unknown, faults: Faults, options: ParseOptions): void {
  if (!isPlainObject(input))
    return faults.type(
      '',
      'an object such as {"enabled": true, "variants": {"on": true, "off": false}, "off": "off", "serve": "off"}',
      input,
    )
  faults.onlyFields('', input, fields)
  if (typeof input['enabled'] !== 'boolean') faults.type('/enabled', 'true or false', input['enabled'])
  const names = checkVariants(input['variants'], faults)
  checkVariant('/off', input['off'], names, true, faults)
  if (input['force'] !== undefined) checkVariant('/force', input['force'], names, false, faults)
  checkServe('/serve', input['serve'], names, true, faults, options)
  checkRules(input['rules'], names, faults, options)
  checkSplitSalts(input, faults)
  checkLists(input, names, faults)
  checkRequires(input['requires'], faults)
  checkNotes(input, faults)
}
