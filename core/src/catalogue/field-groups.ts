import { type FieldGroup, type Model, type Source, fieldGroups, ownerOf } from './model.ts'

/** The fields of each group; every field of a model but the id and the bookkeeping stands in one. */
const fieldsOf: Readonly<Record<FieldGroup, readonly (keyof Model)[]>> = {
  identity: ['name', 'kind', 'family', 'upstream', 'tags', 'notes', 'sourceUrl', 'aliases', 'extra'],
  lifecycle: ['status', 'replacedBy', 'deprecatedAt', 'retireAt'],
  limits: ['limits'],
  modalities: ['modalities'],
  capabilities: ['capabilities'],
  reasoning: ['reasoning'],
  pricing: ['prices'],
}

/** The part of a model that one owner writes. */
export function partOf(model: Model, group: FieldGroup): Partial<Model> {
  const present = fieldsOf[group].filter((field) => model[field] !== undefined)
  return Object.fromEntries(present.map((field) => [field, model[field]]))
}

/** The groups in which two canonical models differ. */
export const touchedGroups = (before: Model, after: Model): FieldGroup[] =>
  fieldGroups.filter((group) => JSON.stringify(partOf(before, group)) !== JSON.stringify(partOf(after, group)))

/** `model` with another owner for these groups; those that belong to the model's source are not named. */
export function withOwner(model: Model, groups: readonly FieldGroup[], owner: Source): Model {
  const owners = fieldGroups
    .map((group) => [group, groups.includes(group) ? owner : ownerOf(model, group)] as const)
    .filter(([, of]) => of !== model.source)
  const { managedBy: _, extra, ...rest } = model
  return {
    ...rest,
    ...(owners.length === 0 ? {} : { managedBy: Object.fromEntries(owners) }),
    ...(extra === undefined ? {} : { extra }),
  }
}

/** `model` with one group taken from another; fields that are absent there go. The result is not yet canonical. */
export function withPart(model: Model, group: FieldGroup, from: Model): Record<string, unknown> {
  const kept = Object.entries(model).filter(([field]) => !fieldsOf[group].includes(field as keyof Model))
  return { ...Object.fromEntries(kept), ...partOf(from, group) }
}
