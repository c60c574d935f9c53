import type { FieldErrors, UseFormRegister } from 'react-hook-form'
import { Field } from '../../ui/Field.tsx'
import type { ModelValues } from './model-form.ts'
import { reasoningFields, type ReasoningValues } from './reasoning-form.ts'

const labels = {
  param: ['Parameter', 'The setting that switches it'],
  values: ['Efforts', 'Separated by commas: minimal, low, medium, high'],
  default: ['Default', undefined],
  min: ['Least tokens', undefined],
  max: ['Most tokens', undefined],
} as const

/** What is called, under which other names it is known, and how its reasoning is set. */
export function AdvancedFields({
  register,
  errors,
  type,
}: {
  register: UseFormRegister<ModelValues>
  errors: FieldErrors<ModelValues>
  type: ReasoningValues['type']
}) {
  return (
    <details className="mt-4" open={Boolean(errors.reasoning ?? errors.aliases ?? errors.sdk ?? errors.upstreamId)}>
      <summary className="text-13 font-semibold">Calling, other names, reasoning</summary>
      <div className="mt-2 grid gap-x-4 gap-y-3 sm:grid-cols-4">
        <Field
          label="Called as"
          hint="Its id at the provider, if another"
          error={errors.upstreamId?.message}
          className="sm:col-span-2"
        >
          {(tied) => (
            <input {...tied} {...register('upstreamId')} className="field w-full font-mono" autoComplete="off" />
          )}
        </Field>
        <Field label="SDK" hint="Such as openai or anthropic" error={errors.sdk?.message} className="sm:col-span-2">
          {(tied) => <input {...tied} {...register('sdk')} className="field w-full" autoComplete="off" />}
        </Field>
        <Field
          label="Other names"
          hint="One a line, with its kind: dated, upstream, latest or renamed"
          error={errors.aliases?.message}
          className="sm:col-span-4"
        >
          {(tied) => <textarea {...tied} {...register('aliases')} rows={2} className="field block w-full font-mono" />}
        </Field>
        <Field label="Reasoning" error={errors.reasoning?.type?.message} className="sm:col-span-2">
          {(tied) => (
            <select {...tied} {...register('reasoning.type')} className="field w-full">
              {Object.keys(reasoningFields).map((each) => (
                <option key={each} value={each}>
                  {each || 'not known'}
                </option>
              ))}
            </select>
          )}
        </Field>
        {reasoningFields[type].map((name) => {
          const [label, hint] = labels[name]
          return (
            <Field
              key={name}
              label={label}
              error={errors.reasoning?.[name]?.message}
              {...(hint === undefined ? {} : { hint })}
              className={name === 'values' ? 'sm:col-span-2' : ''}
            >
              {(tied) => (
                <input {...tied} {...register(`reasoning.${name}`)} className="field w-full" autoComplete="off" />
              )}
            </Field>
          )
        })}
      </div>
    </details>
  )
}
