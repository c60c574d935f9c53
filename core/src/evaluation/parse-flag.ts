import { operators } from './flag.ts'
import type { Flag } from './flag.ts'
import { instantMs } from './instant.ts'
import { Faults, isPlainObject, kindOf } from './faults.ts'
import { fullShare } from './bucket.ts'

/** `type`: wrong shape. `rule`: the right shape, but it breaks a rule. */
export interface FlagProblem {
  readonly pointer: string
  readonly code: 'type' | 'rule'
  readonly message: string
}

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
] as const
const saltPattern = /^[A-Za-z0-9._-]{1,64}$/
const maxEntries = 100_000
const maxVariants = 100
const deepest = 16

/** Checks untrusted JSON as a flag. Each problem says where, what was expected, what was found. */
export function parseFlag(input: unknown): ParsedFlag {
  const faults = new Faults()
  if (!isPlainObject(input)) {
    faults.type(
      '',
      'an object such as {"enabled": true, "variants": {"on": true, "off": false}, "off": "off", "serve": "off"}',
      input,
    )
    return { ok: false, problems: faults.found }
  }
  faults.onlyFields('', input, fields)
  if (typeof input['enabled'] !== 'boolean') faults.type('/enabled', 'true or false', input['enabled'])
  const names = checkVariants(input['variants'], faults)
  const variant = (pointer: string, value: unknown, orNull: boolean) =>
    checkVariant(pointer, value, names, orNull, faults)
  variant('/off', input['off'], true)
  if (input['force'] !== undefined) variant('/force', input['force'], false)
  checkServe('/serve', input['serve'], names, true, faults)
  checkRules(input['rules'], names, faults)
  checkLists(input, names, faults)
  checkRequires(input['requires'], faults)
  checkNotes(input, faults)
  return faults.found.length === 0
    ? { ok: true, flag: input as unknown as Flag }
    : { ok: false, problems: faults.found }
}

function checkVariants(value: unknown, faults: Faults): ReadonlySet<string> {
  if (!isPlainObject(value)) {
    faults.type('/variants', 'an object of named values such as {"on": true, "off": false}', value)
    return new Set()
  }
  const entries = Object.entries(value)
  if (entries.length === 0 || entries.length > maxVariants)
    faults.rule('/variants', `Expected 1 to ${maxVariants} variants; got ${entries.length}.`)
  const kinds = new Set<string>()
  for (const [name, variant] of entries) {
    const pointer = faults.at('/variants', name)
    faults.key(pointer, name)
    const kind = kindOf(variant)
    if (kind === 'a list' || kind === 'null' || kind === 'nothing')
      faults.type(pointer, 'a boolean, number, text or object', variant)
    else if (typeof variant === 'number' && !Number.isFinite(variant)) faults.type(pointer, 'a finite number', variant)
    else kinds.add(kind)
  }
  if (kinds.size > 1)
    faults.rule('/variants', `All variants must be of one type; got ${[...kinds].sort().join(' and ')}.`)
  return new Set(entries.map(([name]) => name))
}

function checkVariant(
  pointer: string,
  value: unknown,
  names: ReadonlySet<string>,
  orNull: boolean,
  faults: Faults,
): void {
  if (value === null && orNull) return
  if (typeof value !== 'string') faults.type(pointer, `the name of a variant${orNull ? ', or null' : ''}`, value)
  else if (!names.has(value))
    faults.rule(
      pointer,
      `There is no variant "${value.slice(0, 80)}"; there are ${[...names].slice(0, 10).join(', ') || 'none'}.`,
    )
}

function checkServe(
  pointer: string,
  value: unknown,
  names: ReadonlySet<string>,
  orNull: boolean,
  faults: Faults,
): void {
  if (!isPlainObject(value)) return checkVariant(pointer, value, names, orNull, faults)
  faults.onlyFields(pointer, value, ['split', 'salt', 'by'])
  checkBucket(pointer, value, faults)
  const split = value['split']
  if (!Array.isArray(split) || split.length === 0)
    return faults.type(`${pointer}/split`, 'a list such as [["on", 70000], ["off", 30000]]', split)
  let total = 0
  for (const [i, part] of split.entries()) {
    const at = `${pointer}/split/${i}`
    if (!Array.isArray(part) || part.length !== 2) {
      faults.type(at, 'a pair of variant and weight such as ["on", 70000]', part)
      continue
    }
    checkVariant(`${at}/0`, part[0], names, false, faults)
    if (!Number.isSafeInteger(part[1]) || (part[1] as number) < 0)
      faults.type(`${at}/1`, 'a whole weight of 0 or more', part[1])
    else total += part[1] as number
  }
  if (total !== fullShare)
    faults.rule(`${pointer}/split`, `The weights must add up to ${fullShare}; they add up to ${total}.`)
}

function checkBucket(pointer: string, value: Record<string, unknown>, faults: Faults): void {
  const { salt, by } = value
  if (salt !== undefined && (typeof salt !== 'string' || !saltPattern.test(salt)))
    faults.rule(`${pointer}/salt`, 'Expected 1 to 64 of letters, digits, ".", "_" and "-"; leave it out to get one.')
  const isNames =
    typeof by === 'string' || (Array.isArray(by) && by.length > 0 && by.every((name) => typeof name === 'string'))
  if (by !== undefined && !isNames) faults.type(`${pointer}/by`, 'the name of an attribute, or a list of names', by)
}

function checkRules(value: unknown, names: ReadonlySet<string>, faults: Faults): void {
  if (value === undefined) return
  if (!Array.isArray(value)) return faults.type('/rules', 'a list of rules', value)
  const ids = new Set<string>()
  for (const [i, rule] of value.entries()) {
    const pointer = `/rules/${i}`
    if (!isPlainObject(rule)) {
      faults.type(pointer, 'an object such as {"id": "rollout", "sample": {"share": 10000}, "serve": "on"}', rule)
      continue
    }
    faults.onlyFields(pointer, rule, ['id', 'if', 'sample', 'serve', 'description'])
    const { id, sample } = rule
    if (typeof id !== 'string') faults.type(`${pointer}/id`, 'a text that names the rule', id)
    else {
      faults.key(`${pointer}/id`, id)
      if (ids.has(id)) faults.rule(`${pointer}/id`, `The rule id "${id}" stands twice.`)
      ids.add(id)
    }
    if (rule['if'] !== undefined) checkCondition(`${pointer}/if`, rule['if'], 0, faults)
    if (sample !== undefined) checkSample(`${pointer}/sample`, sample, faults)
    checkServe(`${pointer}/serve`, rule['serve'], names, false, faults)
  }
}

function checkSample(pointer: string, value: unknown, faults: Faults): void {
  if (!isPlainObject(value)) return faults.type(pointer, 'an object such as {"share": 10000, "salt": "s1"}', value)
  faults.onlyFields(pointer, value, ['share', 'salt', 'by'])
  const { share } = value
  if (typeof share !== 'number' || Number.isNaN(share))
    faults.type(`${pointer}/share`, `a whole number from 0 to ${fullShare} (10 % is 10000)`, share)
  else if (!Number.isInteger(share) || share < 0 || share > fullShare)
    faults.rule(
      `${pointer}/share`,
      `Expected a whole number from 0 to ${fullShare}, so that 10 % is 10000; got ${share}.`,
    )
  checkBucket(pointer, value, faults)
}

function checkCondition(pointer: string, value: unknown, depth: number, faults: Faults): void {
  if (depth > deepest) return faults.rule(pointer, `Conditions may nest ${deepest} deep.`)
  if (!isPlainObject(value))
    return faults.type(pointer, 'a condition such as {"attr": "plan", "op": "in", "values": ["pro"]}', value)
  for (const group of ['all', 'any'] as const) {
    if (!(group in value)) continue
    const parts = value[group]
    if (!Array.isArray(parts)) return faults.type(`${pointer}/${group}`, 'a list of conditions', parts)
    faults.onlyFields(pointer, value, [group])
    for (const [i, part] of parts.entries()) checkCondition(`${pointer}/${group}/${i}`, part, depth + 1, faults)
    return
  }
  if ('not' in value) {
    faults.onlyFields(pointer, value, ['not'])
    return checkCondition(`${pointer}/not`, value['not'], depth + 1, faults)
  }
  if ('segment' in value)
    return faults.rule(`${pointer}/segment`, 'Segments are not available yet: write the condition out.')
  checkLeaf(pointer, value, faults)
}

function checkLeaf(pointer: string, leaf: Record<string, unknown>, faults: Faults): void {
  faults.onlyFields(pointer, leaf, ['attr', 'op', 'values', 'negate', 'fold'])
  const { attr, op, values, negate, fold } = leaf
  if (
    typeof attr !== 'string' &&
    !(Array.isArray(attr) && attr.length > 0 && attr.every((name) => typeof name === 'string'))
  )
    faults.type(`${pointer}/attr`, 'the name of an attribute, or a path as a list', attr)
  if (!operators.some((known) => known === op))
    return faults.rule(
      `${pointer}/op`,
      `Expected one of ${operators.join(', ')}; got ${JSON.stringify(op) ?? 'nothing'}.`,
    )
  for (const [name, flag] of [
    ['negate', negate],
    ['fold', fold],
  ] as const)
    if (flag !== undefined && typeof flag !== 'boolean') faults.type(`${pointer}/${name}`, 'true or false', flag)
  if (op === 'exists') return
  if (!Array.isArray(values) || values.length === 0)
    return faults.type(`${pointer}/values`, 'a list with at least one value', values)
  for (const [i, wanted] of values.entries()) {
    const at = `${pointer}/values/${i}`
    if (op === 'before' || op === 'after') {
      if (instantMs(wanted) === null) faults.rule(at, 'Expected a time with its zone, such as "2026-11-20T10:00:00Z".')
    } else if (['lt', 'lte', 'gt', 'gte'].includes(op as string)) {
      if (typeof wanted !== 'number' || !Number.isFinite(wanted)) faults.type(at, 'a finite number', wanted)
    } else if (op === 'in' ? !['string', 'number', 'boolean'].includes(typeof wanted) : typeof wanted !== 'string')
      faults.type(at, op === 'in' ? 'a text, number or boolean' : 'a text', wanted)
  }
}

function checkLists(input: Record<string, unknown>, names: ReadonlySet<string>, faults: Faults): void {
  const seen = new Map<string, string>()
  for (const list of ['exclude', 'include'] as const) {
    const entries = input[list]
    if (entries === undefined) continue
    if (!Array.isArray(entries)) {
      faults.type(`/${list}`, 'a list of units such as [{"unit": "user_1"}]', entries)
      continue
    }
    if (entries.length > maxEntries)
      faults.rule(`/${list}`, `Expected at most ${maxEntries} units; got ${entries.length}.`)
    for (const [i, entry] of entries.entries()) {
      const pointer = `/${list}/${i}`
      if (!isPlainObject(entry)) {
        faults.type(pointer, 'an object such as {"unit": "user_1"}', entry)
        continue
      }
      faults.onlyFields(pointer, entry, ['unit', 'by', 'reason', 'expires', ...(list === 'include' ? ['variant'] : [])])
      const { unit, by, expires } = entry
      if (typeof unit !== 'string' || unit === '') faults.type(`${pointer}/unit`, 'the id of a unit as text', unit)
      else {
        if (!unit.isWellFormed() || unit.includes('\0'))
          faults.rule(`${pointer}/unit`, 'The unit holds a NUL or half of a surrogate pair: send well-formed Unicode.')
        const id = `${typeof by === 'string' ? by : 'targetingKey'} ${unit}`
        const other = seen.get(id)
        if (other !== undefined)
          faults.rule(
            `${pointer}/unit`,
            `The unit "${unit.slice(0, 80)}" stands ${other === list ? 'twice on this list' : `on the ${other} list as well`}: take it off one.`,
          )
        seen.set(id, list)
      }
      if (expires !== undefined && instantMs(expires) === null)
        faults.rule(`${pointer}/expires`, 'Expected a time with its zone, such as "2026-11-20T10:00:00Z".')
      if (list === 'include') checkVariant(`${pointer}/variant`, entry['variant'], names, false, faults)
    }
  }
}

function checkRequires(value: unknown, faults: Faults): void {
  if (value === undefined) return
  if (!Array.isArray(value)) return faults.type('/requires', 'a list such as [{"flag": "other-flag"}]', value)
  for (const [i, requirement] of value.entries()) {
    const pointer = `/requires/${i}`
    if (!isPlainObject(requirement)) {
      faults.type(pointer, 'an object such as {"flag": "other-flag"}', requirement)
      continue
    }
    faults.onlyFields(pointer, requirement, ['flag', 'variants', 'on'])
    if (typeof requirement['flag'] !== 'string')
      faults.type(`${pointer}/flag`, 'the key of a flag', requirement['flag'])
    if (requirement['on'] !== undefined && typeof requirement['on'] !== 'boolean')
      faults.type(`${pointer}/on`, 'true or false', requirement['on'])
    const { variants } = requirement
    if (variants !== undefined && !(Array.isArray(variants) && variants.every((name) => typeof name === 'string')))
      faults.type(`${pointer}/variants`, 'a list of variant names', variants)
  }
}

function checkNotes(input: Record<string, unknown>, faults: Faults): void {
  for (const name of ['description', 'owner', 'rollbackImpact'] as const)
    if (input[name] !== undefined && typeof input[name] !== 'string') faults.type(`/${name}`, 'a text', input[name])
  const { client, risk, kind, tags, metadata, expires } = input
  if (client !== undefined && typeof client !== 'boolean') faults.type('/client', 'true or false', client)
  if (risk !== undefined && !['low', 'medium', 'high'].includes(risk as string))
    faults.rule('/risk', 'Expected low, medium or high.')
  if (kind !== undefined && !['release', 'ops'].includes(kind as string))
    faults.rule('/kind', 'Expected release or ops.')
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')))
    faults.type('/tags', 'a list of texts', tags)
  if (expires !== undefined && instantMs(expires) === null)
    faults.rule('/expires', 'Expected a time with its zone, such as "2026-11-20T10:00:00Z".')
  if (metadata === undefined) return
  if (!isPlainObject(metadata)) return faults.type('/metadata', 'an object of texts, numbers and booleans', metadata)
  for (const [name, value] of Object.entries(metadata)) {
    faults.key(faults.at('/metadata', name), name)
    if (!['string', 'number', 'boolean'].includes(typeof value))
      faults.type(faults.at('/metadata', name), 'a text, number or boolean', value)
  }
}
