import { type Model, type Price, ratesInForce, readInstant, slotOf } from '@sluice/core/catalogue'
import { formatPer, formatPrice } from '../../format/prices.ts'
import { formatDate, formatInstant } from '../../format/time.ts'
import { bySlot } from '../../format/slot-order.ts'

const meterNames: Readonly<Record<string, string>> = {
  cache_read: 'cached input',
  cache_write: 'cache write',
  cache_write_1h: 'cache write, 1 h',
}

/** Prices in force with what is announced, and on request all there ever were. */
export function PriceList({ model, now }: { model: Model; now: number }) {
  const inForce = ratesInForce(model.prices, now)
  const coming = model.prices.filter(({ effectiveFrom }) => beginOf(effectiveFrom) > now)
  const slots = [...new Set([...inForce.keys(), ...coming.map(slotOf)])].toSorted(bySlot)
  if (slots.length === 0)
    return <p className="mt-1 text-muted">Unpriced: what it costs is not known, which is not the same as free.</p>
  const past = model.prices.filter(
    (price) => beginOf(price.effectiveFrom) <= now && inForce.get(slotOf(price)) !== price,
  )
  return (
    <>
      <table className="w-full max-w-[640px] text-13">
        <thead className="eyebrow text-left">
          <tr>
            <th scope="col" className="py-1 font-semibold">
              Meter
            </th>
            <th scope="col" className="py-1 text-right font-semibold">
              USD
            </th>
            <th scope="col" className="py-1 pl-4 font-semibold">
              Since
            </th>
          </tr>
        </thead>
        <tbody>
          {slots.map((slot) => {
            const price = inForce.get(slot)
            const next = coming.filter((each) => slotOf(each) === slot).toSorted(byBeginning)[0]
            const [meter = '', ...condition] = slot.split('|')
            return (
              <tr key={slot} className="border-t border-line align-top">
                <th scope="row" className="py-1.5 text-left font-normal wrap-anywhere">
                  {meterNames[meter] ?? meter.replaceAll('_', ' ')}
                  {condition.length > 0 && (
                    <code className="ml-2 font-mono text-12 text-muted">{condition.join(' ')}</code>
                  )}
                </th>
                <td className="py-1.5 text-right whitespace-nowrap">
                  <span className="font-semibold">{formatPrice(price?.rate)}</span>{' '}
                  <span className="text-12 text-muted">{formatPer((price ?? next)?.per ?? 1)}</span>
                </td>
                <td className="py-1.5 pl-4 text-muted">
                  {price ? since(price) : 'not yet'}
                  {next && (
                    <span className="block text-12 text-accent">
                      {next.rate === null ? 'withdrawn' : formatPrice(next.rate)} from{' '}
                      {formatDate(next.effectiveFrom ?? 0)}
                    </span>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {past.length > 0 && (
        <details className="mt-1 text-12 text-muted">
          <summary>{past.length === 1 ? 'One price before' : `${past.length} prices before`}</summary>
          <ul className="mt-1">
            {past
              .toSorted(byBeginning)
              .toReversed()
              .map((price) => (
                <li key={`${slotOf(price)} ${price.effectiveFrom}`} className="py-0.5">
                  <code className="font-mono">{slotOf(price)}</code>{' '}
                  {price.rate === null ? 'withdrawn' : formatPrice(price.rate)}, {since(price)}
                </li>
              ))}
          </ul>
        </details>
      )}
    </>
  )
}

const beginOf = (effectiveFrom: string | undefined): number =>
  effectiveFrom === undefined ? -Infinity : (readInstant(effectiveFrom) ?? -Infinity)
const byBeginning = (a: Price, b: Price): number => (beginOf(a.effectiveFrom) < beginOf(b.effectiveFrom) ? -1 : 1)

function since({ effectiveFrom }: Price) {
  if (effectiveFrom === undefined) return 'the start'
  return (
    <time dateTime={effectiveFrom} title={formatInstant(effectiveFrom)}>
      {formatDate(effectiveFrom)}
    </time>
  )
}
