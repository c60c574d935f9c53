import type { z } from 'zod'
import { openUnions } from './open-unions.ts'
import type { FieldError } from './problem.ts'

/** JSON pointer of a path (RFC 6901). */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** What zod says of sizes in terms of its own, said in words: "Expected at most 20 items." */
export function sizeMessage(issue: z.core.$ZodIssue): string {
  if (!/^Too (?:small|big): /.test(issue.message)) return issue.message
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return issue.message
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum
  const noun = issue.origin === 'array' ? ' item' : issue.origin === 'string' ? ' character' : ''
  const which = issue.code === 'too_small' ? 'at least' : 'at most'
  const sense = issue.inclusive === false ? (issue.code === 'too_small' ? 'more than' : 'less than') : which
  return `Expected ${sense} ${bound}${noun === '' || Number(bound) === 1 ? noun : `${noun}s`}.`
}

/** The faults of a refused value; `shape` is true when a type or a field name is wrong, false when only a rule is broken. */
export function fieldErrors(error: z.ZodError): { readonly errors: readonly FieldError[]; readonly shape: boolean } {
  const issues = openUnions(error.issues)
  const errors = issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        pointer: pointerOf([...issue.path, key]),
        code: 'unknown_field',
        message: `Unknown field "${key}": remove it or check its spelling.`,
      }))
    return [{ pointer: pointerOf(issue.path), code: issue.code, message: sizeMessage(issue) }]
  })
  const shape = issues.some(
    ({ code }) => code === 'invalid_type' || code === 'unrecognized_keys' || code === 'invalid_union',
  )
  return { errors, shape }
}
