import { createRequire } from 'node:module'
import type { RegexCompiler } from '@sluice/core/evaluation'

const load = createRequire(import.meta.url)

/** Regular expressions by RE2, loaded when the first flag has one. */
export const compileRegex: RegexCompiler = (pattern) => {
  const { RE2JS } = load('re2js') as typeof import('re2js')
  const compiled = RE2JS.compile(pattern)
  return (text) => compiled.test(text)
}
