import type { FieldErrors, UseFormRegister } from 'react-hook-form'
import { formatPer } from '../../format/prices.ts'
import { Field } from '../../ui/Field.tsx'
import { type ModelValues, usualPrices } from './model-form.ts'
import { kinds, knownCapabilities, statuses } from './vocabulary.ts'

const decimal = /^\s*\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/
const modelId = /^[a-z0-9][a-z0-9._-]*:\S+$/
const perMillion = 1_000_000

/** The fields of a model's form. Prices with conditions or dates have a form of their own. */
export function ModelFields({
  register,
  errors,
  isNew,
  prices,
  capabilities,
}: {
  register: UseFormRegister<ModelValues>
  errors: FieldErrors<ModelValues>
  isNew: boolean
  /** The prices that there are by the guides' names, and for how many units each is. */
  prices: ReadonlyMap<string, { readonly per: number }>
  capabilities: readonly string[]
}) {
  const names = [...new Set<string>([...usualPrices, ...prices.keys()])]
  const can = [...new Set<string>([...knownCapabilities, ...capabilities])]
  const text = (name: keyof ModelValues & string, label: string, hint?: string, className = '') => (
    <Field
      label={label}
      error={messageOf(errors[name])}
      className={className}
      {...(hint === undefined ? {} : { hint })}
    >
      {(tied) => <input {...tied} {...register(name as 'name')} className="field w-full" autoComplete="off" />}
    </Field>
  )
  return (
    <div className="mt-3 grid gap-x-4 gap-y-3 sm:grid-cols-4">
      {isNew && (
        <Field
          label="Id"
          error={messageOf(errors.id)}
          hint="provider:name, as openai:gpt-4o. It never changes."
          className="sm:col-span-4"
        >
          {(tied) => (
            <input
              {...tied}
              {...register('id', {
                required: 'An id is needed: provider:name.',
                pattern: { value: modelId, message: 'Expected provider:name, as openai:gpt-4o, without spaces.' },
              })}
              className="field w-full font-mono"
              autoComplete="off"
              spellCheck={false}
            />
          )}
        </Field>
      )}
      <Field label="Name" error={messageOf(errors.name)} className="sm:col-span-2">
        {(tied) => (
          <input
            {...tied}
            {...register('name', { required: 'A name is needed.' })}
            className="field w-full"
            dir="auto"
            autoComplete="off"
          />
        )}
      </Field>
      <Field label="Status" error={messageOf(errors.status)}>
        {(tied) => <Select tied={tied} field={register('status')} options={statuses} />}
      </Field>
      <Field label="Kind" error={messageOf(errors.kind)}>
        {(tied) => <Select tied={tied} field={register('kind')} options={kinds} />}
      </Field>
      <fieldset className="sm:col-span-4">
        <legend className="text-13 font-semibold">Prices in USD</legend>
        <div className="mt-1 grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4">
          {names.map((name) => (
            <label key={name} className="block text-12 text-muted">
              {name} {formatPer(prices.get(name)?.per ?? perMillion)}
              <input
                {...register(`pricing.${name}`, {
                  validate: (value = '') => value.trim() === '' || decimal.test(value) || 'Expected a number, as 2.5.',
                })}
                className="field mt-1 w-full text-right"
                inputMode="decimal"
                autoComplete="off"
                placeholder="unknown"
                aria-invalid={errors.pricing?.[name] ? true : undefined}
              />
              {errors.pricing?.[name] && <span className="text-fail">{errors.pricing[name].message}</span>}
            </label>
          ))}
        </div>
        {!isNew && (
          <p className="mt-1 text-12 text-muted">
            A changed price counts from now on; what happened before keeps its cost. Dates, conditions and corrections:
            under Prices.
          </p>
        )}
      </fieldset>
      {text('context', 'Context, tokens')}
      {text('output', 'Longest output')}
      {text('family', 'Family')}
      {text('tags', 'Tags', 'Separated by commas')}
      <fieldset className="sm:col-span-4">
        <legend className="text-13 font-semibold">Capabilities</legend>
        <div className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-13">
          {can.map((name) => (
            <label key={name} className="flex items-center gap-1.5 py-0.5">
              <input type="checkbox" {...register(`capabilities.${name}`)} /> {name}
            </label>
          ))}
        </div>
      </fieldset>
      {text('replacedBy', 'Replaced by', 'The id of its successor', 'sm:col-span-2')}
      {text('retireAt', 'Retires on', 'A date, as 2027-01-31; it changes nothing by itself', 'sm:col-span-2')}
      <Field label="Notes" error={messageOf(errors.notes)} className="sm:col-span-4">
        {(tied) => <textarea {...tied} {...register('notes')} rows={2} dir="auto" className="field block w-full" />}
      </Field>
    </div>
  )
}

const messageOf = (error: { message?: unknown } | undefined): string | undefined =>
  typeof error?.message === 'string' ? error.message : undefined

function Select(props: {
  tied: { id: string }
  field: ReturnType<UseFormRegister<ModelValues>>
  options: readonly string[]
}) {
  return (
    <select {...props.tied} {...props.field} className="field w-full">
      {props.options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  )
}
