import { type Control, Controller, useFieldArray, type UseFormRegister } from 'react-hook-form'
import { ConditionFields } from '../../conditions/ConditionFields.tsx'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { useFault } from '../../ui/faults.ts'
import { emptyRule, type FlagValues } from './flag-form.ts'
import { ServeFields } from './ServeFields.tsx'

interface RuleParts {
  readonly control: Control<FlagValues>
  readonly register: UseFormRegister<FlagValues>
  readonly variants: readonly string[]
  readonly segments: readonly string[]
  /** The rule whose share a running rollout sets. */
  readonly owned: string | null
}

/** The rules in their order: the first that matches and does not miss decides. */
export function RuleFields(parts: RuleParts) {
  const rules = useFieldArray({ control: parts.control, name: 'rules' })
  const last = rules.fields.length - 1
  return (
    <>
      <ol className="space-y-3">
        {rules.fields.map((rule, i) => (
          <li key={rule.id} className="rounded-4 border border-line p-3">
            <div className="flex flex-wrap items-center justify-between gap-2">
              <h4 className="font-semibold">Rule {i + 1}</h4>
              <span className="flex gap-2">
                <Button aria-label={`Move rule ${i + 1} up`} disabled={i === 0} onClick={() => rules.move(i, i - 1)}>
                  ↑
                </Button>
                <Button
                  aria-label={`Move rule ${i + 1} down`}
                  disabled={i === last}
                  onClick={() => rules.move(i, i + 1)}
                >
                  ↓
                </Button>
                <Button aria-label={`Remove rule ${i + 1}`} onClick={() => rules.remove(i)}>
                  Remove
                </Button>
              </span>
            </div>
            <OneRule {...parts} index={i} isOwned={parts.owned !== null && rule.ruleId === parts.owned} />
          </li>
        ))}
      </ol>
      <Button
        className="mt-2"
        onClick={() => rules.append({ ...emptyRule, ruleId: freeId(rules.fields.map(({ ruleId }) => ruleId)) })}
      >
        Add a rule
      </Button>
    </>
  )
}

function OneRule({
  control,
  register,
  variants,
  segments,
  index,
  isOwned,
}: RuleParts & { index: number; isOwned: boolean }) {
  const fault = useFault()
  const at = `/rules/${index}`
  const label = `Rule ${index + 1}`
  return (
    <div className="mt-2 grid gap-x-4 gap-y-3 sm:grid-cols-4">
      <Field label="Id" error={fault(`${at}/id`)} className="sm:col-span-1">
        {(tied) => (
          <input {...tied} {...register(`rules.${index}.ruleId`)} className="field w-full" autoComplete="off" />
        )}
      </Field>
      <Field label="What it is for" className="sm:col-span-3">
        {(tied) => (
          <input {...tied} {...register(`rules.${index}.description`)} className="field w-full" autoComplete="off" />
        )}
      </Field>
      <div className="min-w-0 sm:col-span-4">
        <p className="text-13 font-semibold">If</p>
        <Controller
          control={control}
          name={`rules.${index}.condition`}
          render={({ field }) => (
            <>
              {field.value.parts.length === 0 && <p className="text-13 text-muted">everyone</p>}
              <ConditionFields
                label={label}
                at={`${at}/if`}
                value={field.value}
                segments={segments}
                onChange={field.onChange}
              />
            </>
          )}
        />
      </div>
      <Field
        label="Percent of these"
        hint={isOwned ? 'The running rollout sets it' : 'Empty: all of them'}
        error={fault(`${at}/sample`)}
        className="sm:col-span-2"
      >
        {(tied) => (
          <input
            {...tied}
            {...register(`rules.${index}.percent`)}
            readOnly={isOwned}
            inputMode="decimal"
            className="field w-28 read-only:bg-sunken"
          />
        )}
      </Field>
      <div className="min-w-0 sm:col-span-2">
        <p className="mb-1 text-13 font-semibold">gets</p>
        <Controller
          control={control}
          name={`rules.${index}.serve`}
          render={({ field }) => (
            <ServeFields
              label={`What rule ${index + 1} serves`}
              at={`${at}/serve`}
              value={field.value}
              variants={variants}
              onChange={field.onChange}
            />
          )}
        />
      </div>
    </div>
  )
}

function freeId(taken: readonly string[]): string {
  let number = taken.length + 1
  while (taken.includes(`rule-${number}`)) number += 1
  return `rule-${number}`
}
