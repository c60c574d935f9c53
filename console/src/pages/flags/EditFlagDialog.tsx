import type { FlagRecord } from '@sluice/contract'
import type { Flag } from '@sluice/core/evaluation'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { keys } from '../../api/queries.ts'
import { saveFlag, segmentsQuery } from '../../api/targeting.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Faults, faultsOf, useFault } from '../../ui/faults.ts'
import { Field } from '../../ui/Field.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'
import { newerFlag, onTop } from './flag-conflict.ts'
import { FlagConflict } from './FlagConflict.tsx'
import { flagOf, type FlagValues, flagValuesOf, hiddenUnits } from './flag-form.ts'
import { ListFields } from './ListFields.tsx'
import { RuleFields } from './RuleFields.tsx'
import { ServeFields } from './ServeFields.tsx'
import { VariantFields } from './VariantFields.tsx'
import { WhoGetsWhat } from './WhoGetsWhat.tsx'

/** Changes who gets what: the one version of the flag that was seen when the form opened. */
export function EditFlagDialog({
  environment,
  record,
  opener,
  onClose,
}: {
  environment: string
  record: FlagRecord
  opener: Element | null
  onClose: () => void
}) {
  const client = useQueryClient()
  // What the page shows may move on while somebody types: the form stays at the version it began with.
  const [{ key, version, flag, rollout }] = useState(record)
  const stored = flag as unknown as Flag
  const form = useForm<FlagValues>({ defaultValues: flagValuesOf(stored) })
  const segments = useQuery(segmentsQuery(environment))
  const [reason, setReason] = useState('')
  const [sent, setSent] = useState<FlagRecord['flag']>(flag)
  const draft = (): FlagRecord['flag'] => flagOf(form.getValues(), stored)
  const save = useAct({
    act: ({ over, body }: { over: number; body: object }) =>
      saveFlag({ environment, name: key, version: over, reason }, body),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.flags(environment) })
      void client.invalidateQueries({ queryKey: ['audit'] })
      onClose()
    },
  })
  const newer = newerFlag(save.error)
  const submit = (): void => {
    const body = draft()
    setSent(body)
    save.run({ over: version, body })
  }
  const values = form.watch()
  const variants = values.variants.map(({ name }) => name)
  const isSame = JSON.stringify(flagOf(values, stored)) === JSON.stringify(flagOf(flagValuesOf(stored), stored))
  const { control, register } = form
  const lists = { control, register, variants }
  return (
    <Dialog title="Who gets what" subject={key} wide isForm open opener={opener} onClose={onClose}>
      {newer ? (
        <FlagConflict
          base={flag}
          current={newer}
          yours={sent}
          isPending={save.isPending}
          onCancel={onClose}
          onSave={(kept) => save.run({ over: newer.version, body: onTop(flag, newer.flag, sent, kept) })}
        />
      ) : (
        <Faults value={faultsOf(save.error)}>
          <form onSubmit={(event) => void form.handleSubmit(submit)(event)} noValidate>
            <Field label="What it is for" className="mt-3">
              {(tied) => <input {...tied} {...register('description')} className="field w-full" autoComplete="off" />}
            </Field>
            <Part title="Variants" at="/variants">
              <VariantFields control={control} register={register} names={variants} />
            </Part>
            <Part title="Rules, in order: the first that fits decides">
              <RuleFields {...lists} segments={namesOf(segments.data?.items)} owned={rollout?.rule ?? null} />
            </Part>
            <Part title="Everyone else gets">
              <Controller
                control={control}
                name="serve"
                render={({ field }) => (
                  <ServeFields
                    label="What everyone else gets"
                    at="/serve"
                    value={field.value}
                    variants={variants}
                    orDefault
                    onChange={field.onChange}
                  />
                )}
              />
            </Part>
            <Off register={register('off')} variants={variants} />
            <Part title="Always included">
              <ListFields list="include" {...lists} hidden={hiddenUnits(stored.include)} />
            </Part>
            <Part title="Always excluded">
              <ListFields list="exclude" {...lists} hidden={hiddenUnits(stored.exclude)} />
            </Part>
            <Part title="Try it before you save">
              <WhoGetsWhat environment={environment} flagKey={key} draft={draft} />
            </Part>
            <DialogButtons
              above={
                <>
                  <ReasonField reason={reason} optional={false} onChange={setReason} />
                  <Refused error={save.error} />
                </>
              }
            >
              <Button onClick={onClose}>Cancel</Button>
              <Button kind="primary" type="submit" disabled={save.isPending || isSame || reason.trim() === ''}>
                {isSame ? 'Nothing changed' : 'Save'}
              </Button>
            </DialogButtons>
          </form>
        </Faults>
      )}
    </Dialog>
  )
}

const namesOf = (items: readonly { readonly name: string }[] = []): readonly string[] => items.map(({ name }) => name)

function Part({ title, at, children }: { title: string; at?: string; children: ReactNode }) {
  const fault = useFault()
  const wrong = at === undefined ? undefined : fault(at)
  return (
    <section aria-label={title} className="mt-5">
      <h3 className="eyebrow mb-2">{title}</h3>
      {children}
      {wrong && <p className="mt-1 text-12 text-fail wrap-anywhere">{wrong}</p>}
    </section>
  )
}

function Off({ register, variants }: { register: object; variants: readonly string[] }) {
  const fault = useFault()
  return (
    <Field label="When switched off, excluded or in doubt" error={fault('/off')} className="mt-5">
      {(tied) => (
        <select {...tied} {...register} className="field field-small max-w-full">
          <option value="">the default in the code</option>
          {variants.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
    </Field>
  )
}
