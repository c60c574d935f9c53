import type { RegexCompiler } from '#evaluation'
import { builtin } from './builtin.ts'

let re2: typeof import('re2js') | undefined

/** RE2 syntax by the package re2js, looked for when a rule needs it; throws where the application has not installed it. */
export const nodeRegex: RegexCompiler = (pattern) => {
  const compiled = (re2 ??= load()).RE2JS.compile(pattern)
  return (text) => compiled.test(text)
}

function load(): typeof import('re2js') {
  try {
    return builtin('node:module').createRequire(import.meta.url)('re2js')
  } catch {
    throw new Error('it needs the package re2js beside the SDK (npm i re2js)')
  }
}
