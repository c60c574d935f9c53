// One server per SQLite file. SQLite itself would let two in, and their engines and caches would disagree. The lock is
// a transaction held open on a second file, so the operating system frees it however the owner ends. Never read that
// second file: closing it again would drop the lock of the whole process.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename } from 'node:path'
import { DatabaseError, isLockTimeout } from './database-error.ts'
import { DatabaseSync } from './node-sqlite.ts'

// Long enough that of several servers starting together one gets in, rather than all standing in each other's way.
const CONTENTION_TIMEOUT_MS = 250

export interface DatabaseLock {
  release(): void
}

export interface DatabaseOwner {
  pid: number
  host: string
  address?: string
  startedAt: string
}

/** Throws when another server has the file. `address` is where people reach this one, for the text the other will show. */
export function lockDatabase(path: string, address: string | undefined): DatabaseLock {
  const ownerPath = `${path}.owner.json`
  const lock = takeLock(path, ownerPath)
  try {
    writeOwner(ownerPath, address)
  } catch (error) {
    lock.close()
    throw cannotLock(path, error)
  }
  return {
    release: () => {
      if (!lock.isOpen) return
      rmSync(ownerPath, { force: true })
      lock.close()
    },
  }
}

function takeLock(path: string, ownerPath: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(`${path}.lock`, { timeout: CONTENTION_TIMEOUT_MS })
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock?.close()
    throw isLockTimeout(error) ? inUse(path, readOwner(ownerPath)) : cannotLock(path, error)
  }
}

function writeOwner(ownerPath: string, address: string | undefined): void {
  const owner: DatabaseOwner = {
    pid: process.pid,
    host: hostname(),
    ...(address === undefined ? {} : { address }),
    startedAt: new Date().toISOString(),
  }
  // Renamed into place, so that nobody reads half of it.
  writeFileSync(`${ownerPath}.new`, `${JSON.stringify(owner)}\n`)
  renameSync(`${ownerPath}.new`, ownerPath)
}

function readOwner(ownerPath: string): DatabaseOwner | undefined {
  try {
    return JSON.parse(readFileSync(ownerPath, 'utf8')) as DatabaseOwner
  } catch {
    return undefined
  }
}

function inUse(path: string, owner: DatabaseOwner | undefined): DatabaseError {
  const address = owner?.address === undefined ? '' : `, ${owner.address}`
  const who = owner ? ` (pid ${owner.pid} on ${owner.host}${address})` : ''
  return new DatabaseError(
    'IN_USE',
    `${basename(path)} is in use by Sluice${who}. ` +
      'One server per SQLite file: stop it, choose another file, or use PostgreSQL.',
  )
}

function cannotLock(path: string, cause: unknown): DatabaseError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new DatabaseError('CANNOT_OPEN', `Cannot lock the SQLite database ${path}: ${why}. Is its folder writable?`, {
    cause,
  })
}
