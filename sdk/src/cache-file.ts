import { builtin } from './builtin.ts'

const crypto = () => builtin('node:crypto')
const fs = () => builtin('node:fs')

/** Whose flags a cache file holds: one written for another environment or key is not read. */
export interface CacheOwner {
  readonly environment: string
  readonly keyFingerprint: string
}

/** Tells keys apart without giving them away. */
export function fingerprintOf(key: string): string {
  return sha256(key).slice(0, 16)
}

/** The snapshot in the file, not yet judged; null if there is none, it is another owner's or it is damaged. */
export function readCacheFile(path: string, owner: CacheOwner): unknown {
  try {
    const { environment, keyFingerprint, check, snapshot } = JSON.parse(fs().readFileSync(path, 'utf8'))
    const isOurs = environment === owner.environment && keyFingerprint === owner.keyFingerprint
    return isOurs && check === sha256(JSON.stringify(snapshot)) ? snapshot : null
  } catch {
    return null
  }
}

/** Writes one file, always whole: a reader or a crash sees the old one or the new one. Later snapshots win. */
export class CacheFile {
  readonly #path: string
  readonly #owner: CacheOwner
  readonly #onFault: (thrown: unknown) => void
  #next: unknown = null
  #writing: Promise<void> | null = null

  constructor(path: string, owner: CacheOwner, onFault: (thrown: unknown) => void) {
    this.#path = path
    this.#owner = owner
    this.#onFault = onFault
  }

  read(): unknown {
    return readCacheFile(this.#path, this.#owner)
  }

  write(snapshot: unknown): void {
    this.#next = snapshot
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null
    })
  }

  /** Resolves when nothing is left to write; never rejects. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#next !== null) {
      const snapshot = this.#next
      this.#next = null
      try {
        const text = JSON.stringify(snapshot)
        const envelope = JSON.stringify({ ...this.#owner, check: sha256(text) })
        await replaceFile(this.#path, `${envelope.slice(0, -1)},"snapshot":${text}}\n`)
      } catch (thrown) {
        this.#onFault(thrown)
      }
    }
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const { open, rename, rm } = await import('node:fs/promises')
  const temporary = `${path}.${process.pid}.${crypto().randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}

const sha256 = (text: string): string => crypto().createHash('sha256').update(text).digest('hex')
