import type { Model } from '../model.ts'
import type { LocatedRecord } from './read-records.ts'

/** The catalogue that a file is laid over. */
export interface PresentCatalogue {
  /** The model with that id, deleted ones too. */
  readonly find: (id: string) => { readonly model: Model; readonly isDeleted: boolean } | undefined
  /** Who answers to an alias, by alias; deleted models have none. */
  readonly aliases: ReadonlyMap<string, string>
}

/** Which names the file and the catalogue know, so that nothing gets two. */
export class Names {
  readonly #firstOf = new Map<string, LocatedRecord>()
  readonly #foldedOf = new Map<string, string>()
  readonly #aliasOf: Map<string, string>
  readonly #present: PresentCatalogue

  constructor(records: readonly LocatedRecord[], present: PresentCatalogue) {
    this.#present = present
    this.#aliasOf = new Map(present.aliases)
    for (const record of records) {
      if (record.id === null || !record.input) continue
      if (!this.#firstOf.has(record.id)) this.#firstOf.set(record.id, record)
      const folded = record.id.toLowerCase()
      if (!this.#foldedOf.has(folded)) this.#foldedOf.set(folded, record.id)
    }
  }

  /** The record that has this id first, if it is another one. */
  firstOf(record: LocatedRecord): LocatedRecord | null {
    const first = record.id === null ? undefined : this.#firstOf.get(record.id)
    return first && first !== record ? first : null
  }

  /** An id that differs only in its capitals. */
  twinOf(id: string): string | null {
    const twin = this.#foldedOf.get(id.toLowerCase())
    return twin !== undefined && twin !== id ? twin : null
  }

  isModel(id: string): boolean {
    if (this.#firstOf.has(id)) return true
    const found = this.#present.find(id)
    return found !== undefined && !found.isDeleted
  }

  /** Takes an alias for a model; the model that has it already, if it is another one. */
  claim(alias: string, id: string): string | null {
    const holder = this.#aliasOf.get(alias)
    if (holder !== undefined && holder !== id) return holder
    this.#aliasOf.set(alias, id)
    return null
  }
}
