import type { ImportPlan, ImportRecord } from '@sluice/contract'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'
import { toneText } from '../../../components/states.ts'
import { formatCount } from '../../../format/numbers.ts'
import { type ImportAction, importMarks } from './import-marks.ts'
import { PlanRecord } from './PlanRecord.tsx'

type Shown = ImportAction | 'all' | 'prices'

const isShown = (shown: Shown, { action, priceChanges }: ImportRecord): boolean =>
  shown === 'all' || (shown === 'prices' ? priceChanges.some(({ large }) => large) : action === shown)

/** Every record that would do something or cannot; what needs a look comes first. */
export function PlanRecords({ plan: { counts, records } }: { plan: ImportPlan }) {
  const [shown, setShown] = useState<Shown>('all')
  const list = useRef<HTMLOListElement>(null)
  const [top, setTop] = useState(0)
  const some = records.filter((record) => isShown(shown, record))
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [shown])
  const rows = useWindowVirtualizer({
    count: some.length,
    estimateSize: () => 64,
    overscan: 6,
    scrollMargin: top,
    getItemKey: (i) => `${shown} ${some[i]?.pointer}`,
  })
  const tabs: readonly (readonly [Shown, string, number])[] = [
    ['all', 'All', records.length],
    ['prices', '▲ Large price changes', counts.largePriceChanges],
    ...(['error', 'conflict', 'update', 'create', 'skip'] as const).map(
      (action) => [action, `${importMarks[action].mark} ${importMarks[action].word}`, counts[action]] as const,
    ),
  ]
  if (records.length === 0) return null
  return (
    <>
      <div className="mt-4 flex flex-wrap gap-1" role="group" aria-label="Which records">
        {tabs.map(([value, label, count]) =>
          count === 0 ? null : (
            <button
              key={value}
              type="button"
              aria-pressed={shown === value}
              onClick={() => setShown(value)}
              className={`rounded-4 px-2 py-1 text-13 pointer-coarse:py-3 ${shown === value ? 'bg-sunken font-semibold' : 'text-muted hover:bg-raised'}`}
            >
              {label} {formatCount(count)}
            </button>
          ),
        )}
      </div>
      <ol ref={list} className="relative mt-2" style={{ height: rows.getTotalSize() }} aria-label="Records">
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const record = some[index]
          if (!record) return null
          const { mark, word, tone } = importMarks[record.action]
          return (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              aria-setsize={some.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0 top-0 flex gap-x-4 border-t border-line py-2 max-sm:flex-col"
              style={{ transform: `translateY(${start - top}px)` }}
            >
              <span className={`w-24 shrink-0 text-13 font-semibold ${toneText[tone]}`}>
                {mark} {word}
              </span>
              <PlanRecord record={record} />
            </li>
          )
        })}
      </ol>
    </>
  )
}
