import type { FieldChange } from '@sluice/contract'
import { useState } from 'react'
import { formatPercent } from '../../format/numbers.ts'
import { largeChangePercent, priceChangePercent, showValue } from './show-value.ts'

const shownAtFirst = 6

/** What changed, a field a line: `pricing.input` 5 → 2.5 (−50 %). */
export function ChangeList({ changes, shown = shownAtFirst }: { changes: readonly FieldChange[]; shown?: number }) {
  const [isWhole, setWhole] = useState(false)
  const some = isWhole ? changes : changes.slice(0, shown)
  return (
    <>
      <ul className="text-13">
        {some.map(({ field, oldValue, newValue }) => (
          <li key={field} className="flex flex-wrap gap-x-2 py-0.5 wrap-anywhere">
            <code className="font-mono text-12 leading-5 text-muted">{field}</code>
            <span className="min-w-0">
              {oldValue !== null && (
                <>
                  <del className="text-muted">{showValue(oldValue)}</del>
                  <span aria-hidden="true"> → </span>
                </>
              )}
              <ins className="font-semibold no-underline">{newValue === null ? 'removed' : showValue(newValue)}</ins>
            </span>
            <Percent percent={priceChangePercent(field, oldValue, newValue)} />
          </li>
        ))}
      </ul>
      {changes.length > some.length && (
        <button type="button" className="link text-12" onClick={() => setWhole(true)}>
          All {changes.length} fields
        </button>
      )}
    </>
  )
}

function Percent({ percent }: { percent: number | null }) {
  if (percent === null || percent === 0) return null
  const isLarge = Math.abs(percent) > largeChangePercent
  return (
    <span className={isLarge ? 'font-semibold text-warn' : 'text-muted'}>
      {isLarge && '▲ '}
      {percent > 0 ? '+' : ''}
      {formatPercent(percent)}
    </span>
  )
}
