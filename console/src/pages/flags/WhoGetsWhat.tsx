import type { FlagExplanation } from '@sluice/contract'
import { useState } from 'react'
import { explainFlag } from '../../api/targeting.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { faultsOf } from '../../ui/faults.ts'
import { Refused } from '../../ui/States.tsx'

/** What one caller gets, and why: of the stored flag, or of a draft before it is saved. */
export function WhoGetsWhat({
  environment,
  flagKey,
  draft,
}: {
  environment: string
  flagKey: string
  draft?: () => object
}) {
  const [unit, setUnit] = useState('')
  const [attributes, setAttributes] = useState('')
  const ask = useAct({
    act: async () => {
      const context = { ...readAttributes(attributes), ...(unit === '' ? {} : { targetingKey: unit }) }
      return explainFlag(environment, flagKey, { context, ...(draft ? { flag: draft() } : {}) })
    },
  })
  // Faults of the draft stand at its fields once it is saved; here the first one says why there is no answer.
  const fault = faultsOf(ask.error)[0]?.message
  return (
    <div className="text-13">
      <div className="grid items-start gap-x-4 gap-y-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,2fr)_auto]">
        <Field label="Unit" hint="The targeting key, such as a user’s id">
          {(tied) => (
            <input
              {...tied}
              className="field w-full"
              autoComplete="off"
              value={unit}
              onChange={(event) => setUnit(event.target.value)}
            />
          )}
        </Field>
        <Field label="Attributes" hint='As JSON: {"plan": "pro", "beta": true}'>
          {(tied) => (
            <textarea
              {...tied}
              rows={1}
              className="field block w-full font-mono"
              value={attributes}
              onChange={(event) => setAttributes(event.target.value)}
            />
          )}
        </Field>
        <Button className="sm:mt-6" disabled={ask.isPending} onClick={() => ask.run()}>
          Who gets what
        </Button>
      </div>
      <div aria-live="polite">
        {ask.error && fault === undefined && <Refused error={ask.error} />}
        {fault !== undefined && <p className="mt-2 text-fail wrap-anywhere">{fault}</p>}
        {ask.answer && !ask.error && <Answer explanation={ask.answer} />}
      </div>
    </div>
  )
}

function Answer({ explanation: { steps, outcome } }: { explanation: FlagExplanation }) {
  const { variant, rule } = outcome
  return (
    <div className="mt-2 border-l-2 border-accent pl-3">
      <p className="wrap-anywhere">
        Gets <b className="font-semibold">{variant === null ? 'the default in the code' : <bdi>{variant}</bdi>}</b>
        {rule !== null && (
          <span className="text-muted">
            {' '}
            by the rule <bdi>{rule}</bdi>
          </span>
        )}
      </p>
      <ol className="mt-1 text-muted">
        {steps.map(({ sentence, passed }) => (
          <li key={sentence} className="wrap-anywhere">
            <span aria-hidden="true">{passed ? '✓' : '·'}</span> {sentence}
          </li>
        ))}
      </ol>
    </div>
  )
}

function readAttributes(text: string): object {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('Attributes: expected a JSON object such as {"plan": "pro"}.')
  return value
}
