import type { ModelRecord } from '@sluice/contract'
import type { ReactNode } from 'react'
import { formatTokens } from '../../format/prices.ts'
import { formatDate } from '../../format/time.ts'
import { modelOf } from './model-form.ts'
import { showValue } from './show-value.ts'

/** Everything that is known of a model beside its prices; what is not known is left out. */
export function ModelFacts({ record }: { record: ModelRecord }) {
  const model = modelOf(record)
  const { limits, capabilities, modalities, reasoning, upstream, managedBy } = model
  const names = (has: boolean): string =>
    Object.entries(capabilities ?? {})
      .filter(([, value]) => value === has)
      .map(([name]) => name)
      .join(', ')
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Context', limits?.context === undefined ? null : `${formatTokens(limits.context)} tokens`],
    ['Output', limits?.output === undefined ? null : `up to ${formatTokens(limits.output)} tokens`],
    ['Kind', [model.kind, model.family].filter(Boolean).join(' · ')],
    ['Can', names(true)],
    ['Cannot', names(false)],
    ['Takes', modalities?.input.join(', ')],
    ['Gives', modalities?.output.join(', ')],
    ['Reasoning', reasoning && reasoningText(reasoning as unknown as Record<string, unknown>)],
    [
      'Called as',
      upstream && (
        <code className="font-mono text-12">
          {[upstream.via, upstream.sdk, upstream.modelId].filter(Boolean).join(' · ')}
        </code>
      ),
    ],
    ['Other names', model.aliases.map(({ alias, kind }) => `${alias} (${kind})`).join(', ')],
    ['Tags', model.tags?.join(', ')],
    ['Replaced by', model.replacedBy],
    ['Retires', model.retireAt && formatDate(model.retireAt)],
    ['Notes', model.notes],
    [
      'Kept by',
      [model.source, ...Object.entries(managedBy ?? {}).map(([group, owner]) => `${group} by ${owner}`)].join(', '),
    ],
    [
      'Not understood',
      model.extra &&
        Object.entries(model.extra)
          .map(([name, value]) => `${name}: ${showValue(value)}`)
          .join(', '),
    ],
  ]
  return (
    <dl className="text-13">
      {facts.map(([name, value]) =>
        value === null || value === undefined || value === '' ? null : (
          <div key={name} className="flex gap-3 border-t border-line py-1.5 first:border-t-0">
            <dt className="w-24 shrink-0 text-muted">{name}</dt>
            <dd dir="auto" className="min-w-0 wrap-anywhere">
              {value}
            </dd>
          </div>
        ),
      )}
    </dl>
  )
}

function reasoningText({ type, values, default: usual, min, max }: Record<string, unknown>): string {
  const range = [min, max].filter((end) => end !== undefined).join(' to ')
  const parts = [
    Array.isArray(values) ? values.join(', ') : '',
    range,
    usual === undefined ? '' : `default ${String(usual)}`,
  ]
  return [String(type), ...parts.filter((part) => part !== '')].join(': ').replace(': default', ', default')
}
