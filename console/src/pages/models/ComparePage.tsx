import type { ModelRecord } from '@sluice/contract'
import { ratesInForce } from '@sluice/core/catalogue'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { modelQuery } from '../../api/models.ts'
import { modelMarks } from '../../components/model-marks.ts'
import { toneText } from '../../components/states.ts'
import { formatPer, formatPrice, formatTokens } from '../../format/prices.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { modelOf } from './model-form.ts'
import { bySlot } from '../../format/slot-order.ts'

interface Line {
  readonly title: string
  readonly values: readonly string[]
  /** Which are the lowest price of the line, where they differ. */
  readonly lowest: readonly boolean[]
}

/** Models side by side; what differs stands out, and the lowest price of each line is marked. */
export function ComparePage({ environment, ids }: { environment: string; ids: readonly string[] }) {
  const answers = useQueries({ queries: ids.map(modelQuery) })
  const failed = answers.find(({ error }) => error !== null)
  const records = answers.flatMap(({ data }) => (data ? [data] : []))
  const lines = linesOf(records, Date.now())
  return (
    <div className="pt-6">
      <PageHeader title="Compare models" place={environment}>
        <Link className="link text-13" to="/e/$env/models" params={{ env: environment }}>
          All models
        </Link>
      </PageHeader>
      {ids.length === 0 && <p className="mt-2 text-muted">Choose two or more models in the list.</p>}
      {failed?.error && <Failed error={failed.error} retry={() => void failed.refetch()} />}
      {records.length < ids.length && !failed && <Waiting />}
      {records.length > 0 && (
        <div className="relative mt-3 overflow-x-auto" tabIndex={0} role="group" aria-label="Comparison">
          <table className="min-w-max text-13">
            <thead>
              <tr className="align-bottom">
                <td className="sticky left-0 bg-bg" />
                {records.map(({ model }) => {
                  const { mark, word, tone } = modelMarks[model.status]
                  return (
                    <th
                      key={model.id}
                      scope="col"
                      className="max-w-56 min-w-36 py-2 pl-4 text-right font-normal wrap-anywhere"
                    >
                      <Link
                        className="link text-14 font-semibold"
                        to="/e/$env/models/$id"
                        params={{ env: environment, id: model.id }}
                      >
                        <bdi>{model.name}</bdi>
                      </Link>
                      <span className="block text-12 text-muted">{model.provider}</span>
                      <span className={`block text-12 ${toneText[tone]}`}>
                        {mark} {word}
                      </span>
                    </th>
                  )
                })}
              </tr>
            </thead>
            <tbody>
              {lines.map(({ title, values, lowest }) => (
                <tr key={title} className="border-t border-line">
                  <th scope="row" className="sticky left-0 bg-bg py-1.5 pr-2 text-left font-normal text-muted">
                    {title}
                  </th>
                  {values.map((value, i) => (
                    <td
                      key={records[i]?.model.id}
                      className={`py-1.5 pl-4 text-right ${value === '–' ? 'text-muted' : ''} ${lowest[i] ? 'font-semibold text-ok' : ''}`}
                    >
                      {value}
                      {lowest[i] && <span className="sr-only"> (lowest)</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}

function linesOf(records: readonly ModelRecord[], now: number): readonly Line[] {
  const models = records.map(modelOf)
  const rates = models.map(({ prices }) => ratesInForce(prices, now))
  const slots = [...new Set(rates.flatMap((rate) => [...rate.keys()]))].toSorted(bySlot)
  const prices = slots.map((slot): Line => {
    const found = rates.map((rate) => rate.get(slot))
    const numbers = found.map((price) => (price?.rate == null ? Infinity : Number(price.rate) / price.per))
    const lowest = Math.min(...numbers)
    const isTold = numbers.filter(Number.isFinite).length > 1 && numbers.some((each) => each !== lowest)
    const per = found.find((price) => price !== undefined)?.per ?? 1
    return {
      title: `${slot.replaceAll('_', ' ').replaceAll('|', ' ')}, ${formatPer(per)}`,
      values: found.map((price) => formatPrice(price?.rate)),
      lowest: isTold ? numbers.map((each) => each === lowest) : [],
    }
  })
  const capabilities = [...new Set(models.flatMap((model) => Object.keys(model.capabilities ?? {})))].toSorted()
  const plain = (title: string, values: readonly (string | undefined)[]): Line => ({
    title,
    values: values.map((value) => value || '–'),
    lowest: [],
  })
  return [
    ...prices,
    plain(
      'context',
      models.map(({ limits }) => formatTokens(limits?.context)),
    ),
    plain(
      'longest output',
      models.map(({ limits }) => formatTokens(limits?.output)),
    ),
    plain(
      'kind',
      models.map(({ kind }) => kind),
    ),
    plain(
      'reasoning',
      models.map(({ reasoning }) => reasoning?.type),
    ),
    ...capabilities.map((name) =>
      plain(
        name,
        models.map((model) => {
          const has = model.capabilities?.[name]
          return has === undefined ? undefined : has ? '✔' : 'no'
        }),
      ),
    ),
  ]
}
