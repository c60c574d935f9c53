import { createHmac } from 'node:crypto'
import { hashSecret, isSameHash, isWellFormedKey } from './key-format.ts'
import type { StoredKey } from './key-store.ts'
import type { Principal } from './principal.ts'

const adminId = 'SLUICE_ADMIN_KEY'

/** The live keys in memory, by hash: reads go on while the database is away. */
export class KeyRing {
  readonly #byHash = new Map<string, StoredKey>()
  readonly #byId = new Map<string, StoredKey>()
  readonly #adminHash: string | null

  /** `adminKey`: the one from the environment. */
  constructor(keys: readonly StoredKey[], adminKey: string | null) {
    for (const key of keys) this.add(key)
    this.#adminHash = adminKey === null ? null : hashSecret(adminKey)
  }

  add(key: StoredKey): void {
    this.#byHash.set(key.hash, key)
    this.#byId.set(key.id, key)
  }

  remove(key: StoredKey): void {
    this.#byHash.delete(key.hash)
    this.#byId.delete(key.id)
  }

  find(secret: string): Principal | null {
    const hash = hashSecret(secret)
    if (this.#adminHash !== null && isSameHash(hash, this.#adminHash))
      return { kind: 'admin', environment: null, via: 'key', id: adminId, name: adminId }
    if (!isWellFormedKey(secret)) return null
    const key = this.#byHash.get(hash)
    if (!key || !isSameHash(hash, key.hash)) return null
    return { kind: key.kind, environment: key.environment, via: 'key', id: key.id, name: key.name }
  }

  /** A text signed on behalf of a live key, by its id; null when there is no such key. Ends with the key. */
  sign(id: string, text: string): string | null {
    const hash = id === adminId ? this.#adminHash : this.#byId.get(id)?.hash
    return hash ? createHmac('sha256', hash).update(text).digest('base64url') : null
  }
}
