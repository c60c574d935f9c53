import { createRequire } from 'node:module'
import type { RegexCompiler } from '#evaluation'

/** RE2 syntax by the package re2js, where the application has it installed; loaded when a rule needs it. */
export function nodeRegex(): RegexCompiler | undefined {
  const require = createRequire(import.meta.url)
  try {
    require.resolve('re2js')
  } catch {
    return undefined
  }
  return (pattern) => {
    const { RE2JS } = require('re2js') as typeof import('re2js')
    const compiled = RE2JS.compile(pattern)
    return (text) => compiled.test(text)
  }
}
