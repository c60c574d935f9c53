import type { DatabaseSync as DatabaseSyncType } from 'node:sqlite'

/** `node:sqlite` without the warning that older Node.js versions print when it is first loaded. */
export const { DatabaseSync } = loadQuietly()
export type DatabaseSync = DatabaseSyncType

function loadQuietly(): typeof import('node:sqlite') {
  const emitWarning = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: []) => {
    if (!String(warning).startsWith('SQLite is an experimental feature')) emitWarning.call(process, warning, ...rest)
  }) as typeof process.emitWarning
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
