import type { ParseArgsOptionsConfig } from 'node:util'
import type { ExitCode } from './exit-codes.ts'

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Output {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Colours and in-place updates are welcome. */
  readonly terminal: boolean
}

/** One row of the table that the CLI is. */
export interface Command {
  /** "simulate", "flag get". */
  readonly name: string
  readonly summary: string
  readonly usage: string
  /** Every option that it takes; none that its usage does not tell of. */
  readonly options: ParseArgsOptionsConfig
  readonly run: (args: readonly string[], output: Output) => Promise<ExitCode>
}

/** The command was called wrongly: said on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
