import type { ModelRecord } from '@sluice/contract'
import { pricingField } from '@sluice/core/catalogue'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useFieldArray, useForm } from 'react-hook-form'
import { changePrices } from '../../api/model-commands.ts'
import { modelKeys } from '../../api/models.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'
import { parseCondition } from './condition-text.ts'
import { conflictOf } from './conflict.ts'
import { ConflictView } from './ConflictView.tsx'
import { modelOf } from './model-form.ts'
import { changedPrices, emptyRow, type PriceRow, rowsOf, slotOfRow } from './price-rows.ts'
import { knownMeters } from './vocabulary.ts'

interface Values {
  readonly rows: PriceRow[]
  readonly begin: 'now' | 'date' | 'correction'
  readonly date: string
}

const decimal = /^\s*\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/
const begins = [
  ['now', 'New prices from now on'],
  ['date', 'New prices from a date'],
  ['correction', 'A correction: the prices in force were written down wrong'],
] as const

/** The whole price list: conditions, dates, corrections. */
export function PricesDialog({
  record,
  opener,
  onClose,
}: {
  record: ModelRecord
  opener: Element | null
  onClose: () => void
}) {
  const client = useQueryClient()
  const [{ model, version, before }] = useState(() => {
    const began = modelOf(record)
    return { model: began, version: record.version, before: rowsOf(began, Date.now()) }
  })
  const form = useForm<Values>({ defaultValues: { rows: before, begin: 'now', date: '' } })
  const rows = useFieldArray({ control: form.control, name: 'rows' })
  const [reason, setReason] = useState('')
  const { begin, date, rows: now } = form.watch()
  const from = begin === 'date' ? date : ''
  const save = useAct({
    act: (onTop: { version: number; kept: ReadonlySet<string> }) => {
      const mine = form.getValues('rows').filter((row) => !onTop.kept.has(pricingField(slotOfRow(row))))
      const theirs = before.filter((row) => onTop.kept.has(pricingField(slotOfRow(row))))
      const prices = changedPrices(before, [...mine, ...theirs], from)
      return changePrices(
        { id: model.id, version: onTop.version, reason },
        { prices, correction: begin === 'correction' },
      )
    },
    onSuccess: (saved) => {
      client.setQueryData(modelKeys.one(saved.model.id), saved)
      void client.invalidateQueries({ queryKey: modelKeys.all })
      onClose()
    },
  })
  const conflict = conflictOf(save.error)
  const changes = changedPrices(before, now, from)
  const errors = form.formState.errors.rows
  return (
    <Dialog title="Prices" subject={model.name} wide isForm open opener={opener} onClose={onClose}>
      {conflict ? (
        <ConflictView
          conflict={conflict}
          isPending={save.isPending}
          onCancel={onClose}
          onSave={(newer, kept) => save.run({ version: newer, kept })}
        />
      ) : (
        <form
          noValidate
          onSubmit={(event) => void form.handleSubmit(() => save.run({ version, kept: new Set() }))(event)}
        >
          <ul className="mt-3 space-y-2 text-13 max-sm:space-y-4">
            {rows.fields.map((row, i) => (
              <li
                key={row.id}
                className="grid grid-cols-6 items-start gap-2 sm:grid-cols-[minmax(0,3fr)_minmax(0,4fr)_minmax(0,2fr)_auto_auto]"
              >
                <span className="max-sm:col-span-3">
                  <input
                    aria-label={`Meter ${i + 1}`}
                    list="meters"
                    className="field w-full"
                    {...form.register(`rows.${i}.meter`, { required: 'Which meter?' })}
                  />
                  <Wrong message={errors?.[i]?.meter?.message} />
                </span>
                <span className="max-sm:col-span-3">
                  <input
                    aria-label={`Condition ${i + 1}`}
                    placeholder="always"
                    className="field w-full font-mono"
                    {...form.register(`rows.${i}.condition`, {
                      validate: (text) =>
                        parseCondition(text) !== null || 'Expected parts such as >200000, batch, flex, q:hd.',
                    })}
                  />
                  <Wrong message={errors?.[i]?.condition?.message} />
                </span>
                <span className="max-sm:col-span-2">
                  <input
                    aria-label={`Rate ${i + 1}, USD`}
                    placeholder="USD"
                    inputMode="decimal"
                    className="field w-full text-right"
                    {...form.register(`rows.${i}.rate`, {
                      validate: (text) => decimal.test(text) || 'A number, as 2.5.',
                    })}
                  />
                  <Wrong message={errors?.[i]?.rate?.message} />
                </span>
                <select
                  aria-label={`Per ${i + 1}`}
                  className="field max-sm:col-span-2"
                  {...form.register(`rows.${i}.per`)}
                >
                  <option value="1000000">per 1 M</option>
                  <option value="1000">per 1 k</option>
                  <option value="1">each</option>
                </select>
                <Button
                  className="max-sm:col-span-2"
                  aria-label={`Remove price ${i + 1}`}
                  onClick={() => rows.remove(i)}
                >
                  Remove
                </Button>
              </li>
            ))}
          </ul>
          <datalist id="meters">
            {knownMeters.map((meter) => (
              <option key={meter} value={meter} />
            ))}
          </datalist>
          <div className="mt-3 flex flex-wrap items-start gap-x-4 gap-y-1">
            <Button onClick={() => rows.append(emptyRow)}>Add a price</Button>
            <p className="max-w-[56ch] text-12 text-muted">
              Conditions: <code>&gt;200000</code> prompt tokens, <code>batch</code>, a tier as <code>flex</code>,{' '}
              <code>q:</code>quality, <code>s:</code>size, <code>r:</code>region, <code>t:16:30-00:30</code> UTC;
              several with |. What is removed is withdrawn.
            </p>
          </div>
          <fieldset className="mt-3 text-13">
            <legend className="font-semibold">It counts as</legend>
            {begins.map(([value, label]) => (
              <label key={value} className="flex items-center gap-2 py-0.5">
                <input type="radio" value={value} {...form.register('begin')} /> {label}
                {value === 'date' && begin === 'date' && (
                  <input
                    type="date"
                    required
                    aria-label="Date"
                    className="field field-small"
                    {...form.register('date')}
                  />
                )}
              </label>
            ))}
          </fieldset>
          <DialogButtons
            above={
              <>
                <ReasonField reason={reason} optional={false} onChange={setReason} />
                <Refused error={save.error} />
              </>
            }
          >
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="primary"
              type="submit"
              disabled={
                save.isPending || changes.length === 0 || reason.trim() === '' || (begin === 'date' && date === '')
              }
            >
              {changes.length === 0
                ? 'Nothing changed'
                : `Save ${changes.length} ${changes.length === 1 ? 'price' : 'prices'}`}
            </Button>
          </DialogButtons>
        </form>
      )}
    </Dialog>
  )
}

function Wrong({ message }: { message: string | undefined }) {
  return message === undefined ? null : <p className="text-12 text-fail">{message}</p>
}
