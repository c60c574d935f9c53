import type { ModelList, ModelListItem } from '@sluice/contract'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'
import { type ModelFilter, modelsQuery, pageSize } from '../../api/models.ts'
import { deletedMark, modelMarks } from '../../components/model-marks.ts'
import { toneText } from '../../components/states.ts'
import { formatPrice, formatTokens } from '../../format/prices.ts'
import { formatAge, formatInstant } from '../../format/time.ts'

type Sort = NonNullable<ModelFilter['sort']>

const columns: readonly { sort: Sort | null; title: string; hint?: string; number?: true }[] = [
  { sort: 'name', title: 'Model' },
  { sort: null, title: 'Status' },
  { sort: 'context', title: 'Context', number: true },
  { sort: 'input', title: 'Input', hint: 'USD per million tokens', number: true },
  { sort: 'output', title: 'Output', hint: 'USD per million tokens', number: true },
  { sort: 'updated', title: 'Changed', number: true },
]
const grid = 'grid grid-cols-[28px_minmax(0,1fr)_112px_88px_96px_96px_96px] items-center gap-x-3'
const rowHeight = 52

/** However many there are, only the rows in sight are drawn and only their pages fetched. */
export function ModelTable(props: {
  environment: string
  filter: ModelFilter
  total: number
  chosen: readonly string[]
  onChoose: (id: string) => void
  onSort: (sort: Sort) => void
}) {
  const { environment, filter, total, chosen, onChoose, onSort } = props
  const body = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), [chosen.length === 0])
  const rows = useWindowVirtualizer({ count: total, estimateSize: () => rowHeight, overscan: 8, scrollMargin: top })
  const shown = rows.getVirtualItems()
  const pages = [...new Set(shown.map(({ index }) => Math.floor(index / pageSize)))]
  const answers = useQueries({ queries: pages.map((page) => modelsQuery(filter, page)) })
  const byPage = new Map(pages.map((page, i) => [page, answers[i]?.data] as const))
  const sort = filter.sort ?? 'id'
  return (
    <div role="table" aria-label="Models" aria-rowcount={total + 1} className="mt-1">
      <div role="rowgroup" className="max-md:hidden">
        <div role="row" className={`${grid} border-b border-line py-1`}>
          <span role="columnheader">
            <span className="sr-only">Compare</span>
          </span>
          {columns.map(({ sort: by, title, hint, number }) => (
            <span
              key={title}
              role="columnheader"
              {...(by === null
                ? {}
                : { 'aria-sort': by !== sort ? 'none' : by === 'updated' ? 'descending' : 'ascending' })}
              className={number ? 'text-right' : ''}
              title={hint}
            >
              {by === null ? (
                <span className="eyebrow">{title}</span>
              ) : (
                <button
                  type="button"
                  className={`eyebrow py-1 ${by === sort ? 'text-text!' : ''}`}
                  onClick={() => onSort(by)}
                >
                  {title} {by === sort ? (by === 'updated' ? '↓' : '↑') : ''}
                </button>
              )}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={body} className="relative" style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, start }) => (
          <div
            key={index}
            role="row"
            aria-rowindex={index + 2}
            className="absolute inset-x-0 top-0 border-b border-line hover:bg-raised"
            style={{ height: rowHeight, transform: `translateY(${start - top}px)` }}
          >
            <Row item={itemAt(byPage, index)} environment={environment} chosen={chosen} onChoose={onChoose} />
          </div>
        ))}
      </div>
    </div>
  )
}

const itemAt = (pages: ReadonlyMap<number, ModelList | undefined>, index: number): ModelListItem | undefined =>
  pages.get(Math.floor(index / pageSize))?.items[index % pageSize]

function Row(props: {
  item: ModelListItem | undefined
  environment: string
  chosen: readonly string[]
  onChoose: (id: string) => void
}) {
  const { item, environment, chosen, onChoose } = props
  if (!item)
    return (
      <span role="cell" className="flex h-full items-center">
        <span className="h-4 w-64 max-w-full rounded-4 bg-sunken" />
      </span>
    )
  const { id, name, status, deletedAt, contextWindow, pricing, updatedAt } = item
  const { mark, word, tone } = deletedAt === null ? modelMarks[status] : deletedMark
  return (
    <div className={`${grid} h-full max-md:grid-cols-[28px_minmax(0,1fr)_auto]`}>
      <span role="cell" className="flex">
        <input
          type="checkbox"
          className="size-4"
          aria-label={`Compare ${name}`}
          checked={chosen.includes(id)}
          onChange={() => onChoose(id)}
        />
      </span>
      <span role="cell" className="min-w-0">
        <Link className="block" to="/e/$env/models/$id" params={{ env: environment, id }}>
          <bdi className="block truncate font-semibold">{name}</bdi>
          <bdi className="block truncate font-mono text-12 text-muted" title={id}>
            {id}
          </bdi>
        </Link>
      </span>
      <span role="cell" className={`text-13 max-md:hidden ${toneText[tone]}`}>
        {mark} {word}
      </span>
      <span role="cell" className="text-right max-md:hidden">
        {formatTokens(contextWindow)}
      </span>
      <Price amount={pricing['input']} />
      <Price amount={pricing['output']} />
      <span role="cell" className="text-right text-13 text-muted max-md:hidden" title={formatInstant(updatedAt)}>
        {formatAge(updatedAt, Date.now())}
      </span>
      <span role="cell" className="text-right text-13 md:hidden">
        <span className="block">
          {formatPrice(pricing['input'])} · {formatPrice(pricing['output'])}
        </span>
        <span className={`block text-12 ${toneText[tone]}`}>
          {mark} {word}
        </span>
      </span>
    </div>
  )
}

function Price({ amount }: { amount: number | undefined }) {
  return (
    <span role="cell" className={`text-right max-md:hidden ${amount === undefined ? 'text-muted' : ''}`}>
      {formatPrice(amount)}
      {amount === undefined && <span className="sr-only">not known</span>}
    </span>
  )
}
