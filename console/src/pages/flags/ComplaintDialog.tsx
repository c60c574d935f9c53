import type { ComplaintReceipt, FlagRecord } from '@sluice/contract'
import { useForm } from 'react-hook-form'
import { noteComplaint } from '../../api/commands.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { faultsOf } from '../../ui/faults.ts'
import { Refused } from '../../ui/States.tsx'

interface Values {
  readonly unit: string
  /** Empty: what the unit has. */
  readonly variant: string
  readonly text: string
  readonly critical: boolean
}

const empty: Values = { unit: '', variant: '', text: '', critical: false }

/** What a user told somebody: it counts for the variant that they have. */
export function ComplaintDialog({
  environment,
  record,
  opener,
  onClose,
  onNoted,
}: {
  environment: string
  record: FlagRecord
  opener: Element | null
  onClose: () => void
  onNoted: (receipt: ComplaintReceipt) => void
}) {
  const form = useForm<Values>({ defaultValues: empty })
  const act = useAct({
    act: () => noteComplaint(environment, record.key, inputOf(form.getValues())),
    onSuccess: (receipt) => {
      onNoted(receipt)
      onClose()
    },
    onError: (error) => {
      for (const { pointer, message } of faultsOf(error)) {
        const field = pointer.split('/')[1] ?? ''
        form.setError(field in empty ? (field as keyof Values) : 'unit', { message })
      }
    },
  })
  const { errors } = form.formState
  return (
    <Dialog title="Note a complaint" subject={record.key} isForm open opener={opener} onClose={onClose}>
      <form noValidate onSubmit={(event) => void form.handleSubmit(() => act.run())(event)}>
        <Field
          label="Who complains"
          hint="The targeting key, such as a user’s id; empty if nobody knows"
          error={errors.unit?.message}
          className="mt-3"
        >
          {(tied) => <input {...tied} {...form.register('unit')} className="field w-full" autoComplete="off" />}
        </Field>
        <Field label="About" error={errors.variant?.message} className="mt-3">
          {(tied) => (
            <select {...tied} {...form.register('variant')} className="field w-full">
              <option value="">what they have</option>
              {Object.keys(record.flag['variants'] as object).map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label="What was said (may stay empty)"
          error={errors.text?.message}
          hint="Kept in the deployment log for good: no names"
          className="mt-3"
        >
          {(tied) => (
            <textarea
              {...tied}
              {...form.register('text')}
              rows={3}
              dir="auto"
              maxLength={1900}
              className="field block w-full"
            />
          )}
        </Field>
        <label className="mt-3 flex items-center gap-2 text-13">
          <input type="checkbox" {...form.register('critical')} /> Critical
        </label>
        {faultsOf(act.error).length === 0 && <Refused error={act.error} />}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={act.isPending}>
            Note it
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

const inputOf = ({ unit, variant, text, critical }: Values) => ({
  ...(unit.trim() === '' ? {} : { unit: unit.trim() }),
  ...(variant === '' ? {} : { variant }),
  ...(text.trim() === '' ? {} : { text: text.trim() }),
  critical,
})
