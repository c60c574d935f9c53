import type { RegexCompiler } from '../operators/matchers.ts'

/** How strictly a flag is read. */
export interface ParseOptions {
  /** As snapshots are read: operators and hashes of a newer version are left to the evaluation, which reports them. */
  readonly lenient?: boolean
  /** Compiles regular expressions, to find out which are none. */
  readonly regex?: RegexCompiler
  /** The names of the segments there are; absent: any will do. */
  readonly segments?: ReadonlySet<string>
}
