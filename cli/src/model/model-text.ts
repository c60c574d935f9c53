import type { ModelHistory, ModelList, ModelRecord } from '@sluice/contract'

const rate = (value: number | undefined): string => (value === undefined ? '–' : String(value))

/** A table of models, with the two prices that people look for. */
export function listText({ items, total, next }: ModelList): string {
  if (items.length === 0) return 'No model is like that. sluice model import FILE brings many, sluice model add one.'
  const width = Math.max(...items.map(({ id }) => id.length))
  const lines = items.map(
    ({ id, status, pricing, contextWindow }) =>
      `${id.padEnd(width)}  ${status.padEnd(10)}  ${`${rate(pricing['input'])} / ${rate(pricing['output'])}`.padEnd(16)}  ${contextWindow ?? '–'}`,
  )
  const rest = next === undefined ? [] : [`${items.length} of ${total}: --limit shows more`]
  return [`${'MODEL'.padEnd(width)}  STATUS      USD/M IN / OUT    CONTEXT`, ...lines, ...rest].join('\n')
}

export function recordText({ model, version, updatedAt, updatedBy, deletedAt, warnings }: ModelRecord): string {
  const state = deletedAt === null ? '' : ', deleted'
  return [
    `${model.id}, version ${version}${state}, changed ${updatedAt} by ${updatedBy.name}`,
    JSON.stringify(model, null, 2),
    ...warnings.map((warning) => `! ${warning}`),
  ].join('\n')
}

export function historyText({ items }: ModelHistory): string {
  return items
    .flatMap(({ version, at, action, changedBy, reason, changes }) => [
      `v${version}  ${at}  ${action} by ${changedBy}${reason === null ? '' : `: ${reason}`}`,
      ...changes.map(
        ({ field, oldValue, newValue }) => `    ${field}: ${JSON.stringify(oldValue)} → ${JSON.stringify(newValue)}`,
      ),
    ])
    .join('\n')
}
