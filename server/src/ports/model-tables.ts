/** What the catalogue of models stores. Instants are milliseconds since 1970; JSON is text. */
export interface ModelTables {
  catalogue_revision: CatalogueRevisionTable
  models: ModelTable
  model_aliases: ModelAliasTable
  model_history: ModelHistoryTable
}

/** One row. Rises with every change of any model. */
export interface CatalogueRevisionTable {
  epoch: string
  revision: number
}

export interface ModelTable {
  id: string
  provider: string
  status: string
  /** In canonical form: equal models are equal text. */
  model: string
  version: number
  created_at: number
  /** Who, as JSON. */
  created_by: string
  updated_at: number
  updated_by: string
  /** A deleted model's row stays, and its id stays taken. */
  deleted_at: number | null
}

/** No two models answer to one name at one time. */
export interface ModelAliasTable {
  alias: string
  /** 0: since ever. */
  valid_from: number
  model_id: string
}

/** Every version of every model; append-only. */
export interface ModelHistoryTable {
  model_id: string
  version: number
  at: number
  actor: string
  role: string
  action: string
  reason: string | null
  source: string
  import_id: string | null
  /** From the version before (RFC 6902, over the keyed form); null: there was none. */
  patch: string | null
  /** The whole model after it. */
  after: string
}
