import type { Cost, CostInput } from '@sluice/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { priceUsage } from '../../api/model-commands.ts'
import { modelKeys } from '../../api/models.ts'
import { formatPer, formatPrice, plainDecimal } from '../../format/prices.ts'
import { Refused } from '../../ui/States.tsx'

const usual = [
  ['inputTokens', 'Input tokens', '1000'],
  ['outputTokens', 'Output tokens', '500'],
  ['cacheReadTokens', 'of the input cached', ''],
  ['reasoningTokens', 'of the output reasoning', ''],
] as const
const rare = [
  ['cacheWriteTokens', 'Cache written', ''],
  ['images', 'Images', ''],
  ['inputAudioTokens', 'Audio in', ''],
  ['webSearches', 'Web searches', ''],
] as const
const tiers = ['', 'batch', 'flex', 'priority', 'fast'] as const

/** What a usage costs by the catalogue, exactly, with the price that was taken for each part. */
export function CostCalculator({ id, version }: { id: string; version: number }) {
  const [counts, setCounts] = useState<Readonly<Record<string, string>>>(
    Object.fromEntries(usual.map(([name, , count]) => [name, count])),
  )
  const [tier, setTier] = useState('')
  const [at, setAt] = useState('')
  const input = inputOf(id, counts, tier, at)
  const cost = useQuery({
    queryKey: [...modelKeys.all, 'cost', id, version, input],
    queryFn: ({ signal }) => priceUsage(input, signal),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const field = ([name, label]: (typeof usual)[number] | (typeof rare)[number]) => (
    <label key={name} className="block text-12 text-muted">
      {label}
      <input
        inputMode="numeric"
        autoComplete="off"
        className="field mt-1 w-full text-right"
        placeholder="0"
        value={counts[name] ?? ''}
        onChange={(event) => setCounts({ ...counts, [name]: event.target.value })}
      />
    </label>
  )
  return (
    <section aria-labelledby="cost-title">
      <h2 id="cost-title" className="eyebrow">
        What would it cost?
      </h2>
      <div className="mt-2 grid grid-cols-2 gap-x-3 gap-y-2">
        {usual.map(field)}
        <label className="block text-12 text-muted">
          Tier
          <select className="field mt-1 w-full" value={tier} onChange={(event) => setTier(event.target.value)}>
            {tiers.map((each) => (
              <option key={each} value={each}>
                {each || 'standard'}
              </option>
            ))}
          </select>
        </label>
        <label className="block text-12 text-muted">
          On (UTC)
          <input type="date" className="field mt-1 w-full" value={at} onChange={(event) => setAt(event.target.value)} />
        </label>
      </div>
      <details className="mt-2 text-12 text-muted">
        <summary>More meters</summary>
        <div className="mt-1 grid grid-cols-2 gap-x-3 gap-y-2">{rare.map(field)}</div>
      </details>
      <div aria-live="polite" className="mt-3">
        {cost.error ? <Refused error={cost.error} /> : cost.data && <Answer cost={cost.data} />}
      </div>
    </section>
  )
}

const statusWords: Readonly<Record<Cost['status'], string>> = {
  complete: '',
  incomplete: 'incomplete: ',
  unpriced: 'unpriced: ',
  invalid: 'cannot be: ',
}

function Answer({ cost: { usd, status, breakdown, missing, reasons } }: { cost: Cost }) {
  return (
    <>
      <p className="text-20 font-semibold wrap-anywhere">{usd === null ? 'unknown' : `$${plainDecimal(usd)}`}</p>
      {status !== 'complete' && (
        <p className="text-13 text-warn">
          ▲ {statusWords[status]}
          {[...reasons, ...(missing.length > 0 ? [`no price for ${missing.join(', ')}`] : [])].join(' ') ||
            'no price is known'}
        </p>
      )}
      <ul className="mt-1 text-12 text-muted">
        {breakdown.map(({ component, units, rate, per, usd: part, condition, via, assumed }) => (
          <li key={component} className="flex flex-wrap justify-between gap-x-3 border-t border-line py-1">
            <span>
              {component} {units} × {formatPrice(rate)} {formatPer(per)}
              {[condition, via && 'at its parent’s rate', assumed && 'standard rate assumed']
                .filter(Boolean)
                .map((note) => (
                  <span key={note}> · {note}</span>
                ))}
            </span>
            <span className="text-text">${plainDecimal(part)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function inputOf(model: string, counts: Readonly<Record<string, string>>, tier: string, at: string): CostInput {
  const usage = Object.fromEntries(
    Object.entries(counts).flatMap(([name, text]) => {
      const plain = text.replaceAll(/[\s_,]/g, '')
      if (plain === '') return []
      return [[name, /^\d+$/.test(plain) ? Number(plain) : text]]
    }),
  )
  const context = {
    ...(tier === 'batch' ? { batch: true } : tier === '' ? {} : { serviceTier: tier }),
    ...(at === '' ? {} : { at }),
  }
  return { model, usage, context }
}
