import { type FieldError, SluiceError } from '@sluice/contract'
import type { Model } from '@sluice/core/catalogue'
import { readInstant } from '@sluice/core/catalogue'
import type { DatabaseTransaction } from '../ports/database.ts'
import { findModels } from './model-store.ts'

/** Refuses a model whose names another one has, or whose successor is not there. */
export async function checkNames(transaction: DatabaseTransaction, model: Model): Promise<void> {
  const errors = [...(await aliasFaults(transaction, model)), ...(await successorFaults(transaction, model))]
  const [first] = errors
  if (first) throw new SluiceError('UNPROCESSABLE', `${first.message} Nothing was changed.`, { errors })
}

async function aliasFaults(transaction: DatabaseTransaction, model: Model): Promise<FieldError[]> {
  const faults: FieldError[] = []
  const taken = await transaction
    .selectFrom('model_aliases')
    .selectAll()
    .where('alias', '=', model.id)
    .executeTakeFirst()
  if (taken) faults.push(fault('/id', `"${model.id}" is another name of ${taken.model_id} already.`))
  const names = model.aliases.map(({ alias }) => alias)
  if (names.length === 0) return faults
  const live = await findModels(transaction, names)
  const others = await transaction
    .selectFrom('model_aliases')
    .selectAll()
    .where('alias', 'in', names)
    .where('model_id', '<>', model.id)
    .execute()
  for (const [index, { alias, validFrom, kind }] of model.aliases.entries()) {
    const other = others.find(
      (row) => row.alias === alias && (kind !== 'latest' || row.valid_from === (readInstant(validFrom) ?? 0)),
    )
    if (live.has(alias))
      faults.push(fault(`/aliases/${index}`, `"${alias}" is the id of a model: an alias is another name.`))
    else if (other)
      faults.push(
        fault(
          `/aliases/${index}`,
          `"${alias}" is another name of ${other.model_id} already; only one of kind "latest" may move on, from a later time.`,
        ),
      )
  }
  return faults
}

async function successorFaults(transaction: DatabaseTransaction, { replacedBy }: Model): Promise<FieldError[]> {
  if (replacedBy === undefined) return []
  const found = (await findModels(transaction, [replacedBy])).get(replacedBy)
  return found?.deletedAtMs === null
    ? []
    : [fault('/replacedBy', `There is no model "${replacedBy}": create it first, or leave this out.`)]
}

const fault = (pointer: string, message: string): FieldError => ({ pointer, code: 'custom', message })
