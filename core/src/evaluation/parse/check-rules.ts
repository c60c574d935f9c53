import { checkCondition } from './check-condition.ts'
import { checkSample, checkServe } from './check-draw.ts'
import { type Faults, isPlainObject } from '../faults.ts'
import type { ParseOptions } from './parse-options.ts'

/** The rules, in their order; ids stand once. */
export function checkRules(value: unknown, names: ReadonlySet<string>, faults: Faults, options: ParseOptions): void {
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
    faults.text(`${pointer}/description`, rule['description'])
    if (rule['if'] !== undefined) checkCondition(`${pointer}/if`, rule['if'], faults, options)
    if (sample !== undefined) checkSample(`${pointer}/sample`, sample, faults, options)
    checkServe(`${pointer}/serve`, rule['serve'], names, false, faults, options)
  }
}

/** A split drawn with the salt of a sample would deal out only the variants at one end. */
export function checkSplitSalts(flag: Record<string, unknown>, faults: Faults): void {
  const slots: { pointer: string; salt: unknown; isSplit: boolean }[] = []
  const add = (pointer: string, drawn: unknown): void => {
    // An imported flag draws as its source does.
    if (isPlainObject(drawn) && typeof drawn['salt'] === 'string' && (drawn['hash'] ?? 'm3') === 'm3')
      slots.push({
        pointer,
        salt: drawn['salt'],
        isSplit: Object.hasOwn(drawn, 'split'),
      })
  }
  const rules = Array.isArray(flag['rules']) ? flag['rules'] : []
  for (const [i, rule] of rules.entries()) {
    if (!isPlainObject(rule)) continue
    add(`/rules/${i}/sample`, rule['sample'])
    add(`/rules/${i}/serve`, rule['serve'])
  }
  add('/serve', flag['serve'])
  for (const slot of slots)
    if (slot.isSplit && slots.some((other) => other !== slot && other.salt === slot.salt))
      faults.rule(
        `${slot.pointer}/salt`,
        'The salt stands elsewhere in this flag, so the draws would not be independent: leave it out to get a new one.',
      )
}
