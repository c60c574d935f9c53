import type { Model } from '../src/catalogue/model.ts'
import { parseModel } from '../src/catalogue/parse-model.ts'
import type { PresentCatalogue } from '../src/catalogue/import/import-names.ts'
import { type PlanOptions, type PlannedRecord, planImport } from '../src/catalogue/import/plan-import.ts'

/** When files are imported. */
export const atMs = Date.UTC(2026, 10, 20)

export function modelOf(input: object): Model {
  const parsed = parseModel(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.model
}

/** A catalogue as an import finds it. */
export const catalogueOf = (models: readonly Model[], deleted: readonly string[] = []): PresentCatalogue => ({
  find: (id) => {
    const model = models.find((one) => one.id === id)
    return model && { model, isDeleted: deleted.includes(id) }
  },
  aliases: new Map(models.flatMap(({ aliases, id }) => aliases.map(({ alias }) => [alias, id] as const))),
})

/** The plan of a file, read to its end. */
export function plan(file: unknown, present = catalogueOf([]), options: Partial<PlanOptions> = {}) {
  const text = typeof file === 'string' ? file : JSON.stringify(file)
  const work = planImport(text, present, { take: 'kept', atMs, ...options })
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

export const records = (...args: Parameters<typeof plan>): readonly PlannedRecord[] => plan(...args).records

export const model = (record: PlannedRecord | undefined): Model => {
  if (!record?.model) throw new Error(`Nothing to write: ${JSON.stringify(record)}`)
  return record.model
}

/** `input|>200000 2.5` for every row, with its beginning if it has one. */
export const rates = ({ prices }: Model): string[] =>
  prices.map(({ meter, rate, when, effectiveFrom }) =>
    [
      meter,
      ...Object.values(when ?? {}).map(String),
      ...(effectiveFrom === undefined ? [] : [`@${effectiveFrom}`]),
      rate,
    ].join(' '),
  )
