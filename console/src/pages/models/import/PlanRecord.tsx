import type { ImportRecord, PriceChange } from '@sluice/contract'
import { formatPercent } from '../../../format/numbers.ts'
import { formatPrice } from '../../../format/prices.ts'
import { ChangeList } from '../ChangeList.tsx'

const mostListed = 4

/** What one record would do, or why it cannot. */
export function PlanRecord({ record }: { record: ImportRecord }) {
  const { id, pointer, line, changes, priceChanges, kept, errors, warnings, action } = record
  const others = changes.filter(({ field }) => !/^pric(?:es|ing)\./.test(field))
  return (
    <div className="min-w-0 flex-1 text-13 wrap-anywhere">
      <p>
        <code className="font-mono font-semibold">{id ?? 'no id'}</code>{' '}
        <span className="text-12 text-muted">
          line {line}
          {action === 'error' && ` · ${pointer}`}
        </span>
      </p>
      {errors.slice(0, mostListed).map((error) => (
        <p key={`${error.pointer} ${error.message}`} className="text-fail">
          <code className="font-mono text-12">{error.pointer || '/'}</code> {error.message}{' '}
          <span className="text-12 text-muted">
            {error.line}:{error.column}
          </span>
        </p>
      ))}
      <More count={errors.length - mostListed} what="errors" />
      {priceChanges.length > 0 && (
        <p className="flex flex-wrap gap-x-4">
          {priceChanges.slice(0, mostListed).map((change) => (
            <PriceChangeText key={change.slot} change={change} isNew={action === 'create'} />
          ))}
        </p>
      )}
      <More count={priceChanges.length - mostListed} what="prices" />
      {others.length > 0 && <ChangeList changes={others} shown={mostListed} />}
      {kept.map(({ group, owner, fields }) => (
        <p key={group} className="text-muted">
          <span className="text-text">{group}</span> belongs to {owner} and stays:{' '}
          {fields.slice(0, mostListed).join(', ')}
        </p>
      ))}
      {warnings.slice(0, mostListed).map((warning) => (
        <p key={warning} className="text-muted">
          {warning}
        </p>
      ))}
      <More count={warnings.length - mostListed} what="notes" />
    </div>
  )
}

function PriceChangeText({ change, isNew }: { change: PriceChange; isNew: boolean }) {
  const { slot, from, to, percent, large } = change
  return (
    <span>
      <code className="font-mono text-12 text-muted">{slot}</code>{' '}
      {from !== null && (
        <>
          <del className="text-muted">{formatPrice(from)}</del> →{' '}
        </>
      )}
      <ins className="font-semibold no-underline">{to === null ? 'withdrawn' : formatPrice(to)}</ins>{' '}
      {!isNew && large && (
        <span className="font-semibold text-warn">▲ {percent === null ? 'from nothing' : signed(percent)}</span>
      )}
      {!large && percent !== null && <span className="text-muted">{signed(percent)}</span>}
    </span>
  )
}

const signed = (percent: number): string => `${percent > 0 ? '+' : ''}${formatPercent(percent)}`

function More({ count, what }: { count: number; what: string }) {
  return count > 0 ? (
    <p className="text-12 text-muted">
      and {count} more {what}
    </p>
  ) : null
}
