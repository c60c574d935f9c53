import type { Flag, ListEntry, Rule, Serve } from '@sluice/core/evaluation'
import type { ReactNode } from 'react'
import { conditionText } from '../../conditions/condition-text.ts'
import { formatInstant } from '../../format/time.ts'

/** Who gets what, in the order in which it is decided. */
export function TargetingView({ flag }: { flag: Flag }) {
  const { rules = [], include = [], exclude = [], requires = [], force, off, serve } = flag
  return (
    <ol className="text-13">
      {requires.length > 0 && (
        <Step>
          Only where {requires.map((one) => `${one.flag} is ${one.on === false ? 'not ' : ''}on`).join(' and ')}
        </Step>
      )}
      {exclude.length > 0 && (
        <Step gets={off}>
          {counted(exclude, 'excluded')}
          <Entries entries={exclude} />
        </Step>
      )}
      {force !== undefined && <Step gets={force}>Everyone, forced by a person</Step>}
      {include.length > 0 && (
        <Step gets={oneVariant(include)}>
          {counted(include, 'included')}
          <Entries entries={include} />
        </Step>
      )}
      {rules.map((rule) => (
        <Step key={rule.id} gets={rule.serve}>
          {ruleText(rule)} <span className="text-12 text-muted">rule {rule.id}</span>
          {rule.description && <span className="block text-12 text-muted">{rule.description}</span>}
        </Step>
      ))}
      <Step gets={serve}>Everyone{rules.length > 0 && ' else'}</Step>
      <Step gets={off}>When switched off, excluded or in doubt</Step>
    </ol>
  )
}

function Step({ gets, children }: { gets?: Serve | null | undefined; children: ReactNode }) {
  return (
    <li className="grid gap-x-4 border-t border-line py-2 first:border-t-0 sm:grid-cols-[minmax(0,1fr)_minmax(0,200px)]">
      <span className="min-w-0 wrap-anywhere">{children}</span>
      {gets !== undefined && (
        <span className="wrap-anywhere">
          <span aria-hidden="true" className="text-muted">
            →{' '}
          </span>
          <ServeText serve={gets} />
        </span>
      )}
    </li>
  )
}

function ServeText({ serve }: { serve: Serve | null }) {
  if (serve === null) return <span className="text-muted">the default in the code</span>
  if (typeof serve === 'string') return <bdi className="font-semibold">{serve}</bdi>
  const of = serve.of ?? 100_000
  return <>{serve.split.map(([variant, weight]) => `${percent(weight, of)} ${variant}`).join(', ')}</>
}

const percent = (share: number, of: number): string => `${of === 100_000 ? share / 1000 : (share * 100) / of}\u00a0%`

function ruleText({ if: condition, sample }: Rule): string {
  const who = condition === undefined ? 'everyone' : conditionText(condition)
  if (!sample) return condition === undefined ? 'Everyone' : `If ${who}`
  const by = sample.by === undefined ? '' : ` by ${[sample.by].flat().join(' or ')}`
  return `${percent(sample.share, sample.of ?? 100_000)} of ${condition === undefined ? who : `those with ${who}`}${by}`
}

const counted = (entries: readonly ListEntry[], word: string): string =>
  `${entries.length} ${entries.length === 1 ? 'unit' : 'units'} ${word}`

/** The one variant that all of a list get; several are told with the units. */
function oneVariant(entries: readonly { readonly variant: string }[]): string | undefined {
  const names = new Set(entries.map(({ variant }) => variant))
  return names.size === 1 ? entries[0]?.variant : undefined
}

const mostEntries = 50

function Entries({ entries }: { entries: readonly (ListEntry & { readonly variant?: string })[] }) {
  return (
    <details className="text-12 text-muted">
      <summary>Who and why</summary>
      <ul className="mt-1">
        {entries.slice(0, mostEntries).map(({ unit, by, variant, reason, expires }) => (
          <li key={`${by} ${unit}`} className="wrap-anywhere">
            <bdi className="text-text">{unit}</bdi>
            {by !== undefined && ` (${by})`}
            {variant !== undefined && ` → ${variant}`}
            {reason !== undefined && <q className="ml-1">{reason}</q>}
            {expires !== undefined && ` until ${formatInstant(expires)}`}
          </li>
        ))}
        {entries.length > mostEntries && <li>and {entries.length - mostEntries} more</li>}
      </ul>
    </details>
  )
}
