import { Catalogue } from '@sluice/core/catalogue'
import type { CatalogueRevision, StoredModel } from './model-store.ts'

/** The catalogue as it is served: every model in memory, at a revision that never goes back. */
export class CatalogueCache {
  #revision: CatalogueRevision = { epoch: '', revision: -1 }
  #stored: ReadonlyMap<string, StoredModel> = new Map()
  #catalogue: Catalogue | undefined
  #bytes: Uint8Array<ArrayBuffer> | undefined

  get revision(): CatalogueRevision {
    return this.#revision
  }

  /** `<epoch>-<revision>`, as ETags name it. */
  get id(): string {
    return `${this.#revision.epoch}-${this.#revision.revision}`
  }

  /** Deleted ones too. */
  get stored(): ReadonlyMap<string, StoredModel> {
    return this.#stored
  }

  /** What resolves and prices: everything but the deleted. */
  get catalogue(): Catalogue {
    return (this.#catalogue ??= new Catalogue(
      [...this.#stored.values()].filter(({ deletedAtMs }) => deletedAtMs === null),
    ))
  }

  /** The model with that id, or answering to that name. */
  find(name: string, atMs: number): StoredModel | null {
    const id = this.#stored.has(name) ? name : this.catalogue.find(name, atMs)?.model.id
    return (id !== undefined && this.#stored.get(id)) || null
  }

  /** Takes what was read from the database, unless something newer is here. */
  load(revision: CatalogueRevision, models: readonly StoredModel[]): void {
    if (revision.epoch === this.#revision.epoch && revision.revision <= this.#revision.revision) return
    this.#replace(revision, new Map(models.map((stored) => [stored.model.id, stored])))
  }

  /** Takes one committed change. False: something before it has not arrived; load it all. */
  apply(revision: CatalogueRevision, changed: readonly StoredModel[]): boolean {
    if (revision.epoch !== this.#revision.epoch) return false
    if (revision.revision <= this.#revision.revision) return true
    if (revision.revision !== this.#revision.revision + 1) return false
    const stored = new Map(this.#stored)
    for (const one of changed) stored.set(one.model.id, one)
    this.#replace(revision, stored)
    return true
  }

  /** The snapshot as SDKs fetch it, put together once a revision from the texts that are there already. */
  bytes(): Uint8Array<ArrayBuffer> {
    return (this.#bytes ??= new TextEncoder().encode(this.#write()))
  }

  #replace(revision: CatalogueRevision, stored: ReadonlyMap<string, StoredModel>): void {
    this.#revision = revision
    this.#stored = stored
    this.#catalogue = undefined
    this.#bytes = undefined
  }

  #write(): string {
    const models: string[] = []
    const deleted: string[] = []
    for (const { model, text, version, deletedAtMs } of this.#stored.values())
      if (deletedAtMs === null) models.push(`{"version":${version},"model":${text}}`)
      else deleted.push(model.id)
    const { epoch, revision } = this.#revision
    const head = `"schema":1,"epoch":${JSON.stringify(epoch)},"revision":${revision},"modelCount":${models.length}`
    return `{${head},"models":[${models.join(',')}],"deleted":${JSON.stringify(deleted)}}`
  }
}
