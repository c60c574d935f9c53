export { armOf, bucketOf, fullShare } from './bucket.ts'
export { compileFlagSet, replaceFlags } from './compile/compile-flag-set.ts'
export type { CompileOptions, CompiledFlag, CompiledFlagSet } from './compile/compile-flag-set.ts'
export { unitText } from './context.ts'
export type { Context } from './context.ts'
export { evaluate, evaluateAll } from './evaluate.ts'
export { explain } from './explain.ts'
export { ExposureCounts } from './exposure-counts.ts'
export type { OutcomeCount } from './exposure-counts.ts'
export type { Explanation, ExplainStep } from './explain.ts'
export type {
  Bucket,
  Condition,
  Flag,
  FlagSet,
  Json,
  Leaf,
  ListEntry,
  Requirement,
  RolloutMark,
  Rule,
  Sample,
  Segment,
  Serve,
  SnapshotFlag,
  Split,
} from './flag.ts'
export { murmur3 } from './murmur3.ts'
export { ofrepReason, openFeatureReason } from './outcome.ts'
export type { Arm, OpenFeatureReason, Outcome, Reason } from './outcome.ts'
export { parseFlag } from './parse/parse-flag.ts'
export type { FlagProblem } from './faults.ts'
export type { ParsedFlag } from './parse/parse-flag.ts'
export { parseFlagSet } from './parse/parse-flag-set.ts'
export { parseSegment, segmentsIn } from './parse/parse-segment.ts'
export type { ParsedSegment } from './parse/parse-segment.ts'
export type { ParseOptions } from './parse/parse-options.ts'
export type { ParsedFlagSet } from './parse/parse-flag-set.ts'
export type { RegexCompiler } from './operators/matchers.ts'
