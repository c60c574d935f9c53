import type { SegmentRecord } from '@sluice/contract'
import type { Segment } from '@sluice/core/evaluation'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { ApiError } from '../../api/client.ts'
import { keys } from '../../api/queries.ts'
import { saveSegment, segmentsQuery } from '../../api/targeting.ts'
import { useAct } from '../../api/use-act.ts'
import { ConditionFields } from '../../conditions/ConditionFields.tsx'
import { conditionText } from '../../conditions/condition-text.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Faults, faultsOf } from '../../ui/faults.ts'
import { Field } from '../../ui/Field.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'
import { segmentOf, type SegmentValues, segmentValuesOf } from './segment-form.ts'

/** Adds a segment, or puts another condition in the place of the version that was seen. */
export function SegmentDialog({
  environment,
  record,
  opener,
  onClose,
  onSaved,
}: {
  environment: string
  record: SegmentRecord | null
  opener: Element | null
  onClose: () => void
  onSaved?: (name: string) => void
}) {
  const client = useQueryClient()
  const [began] = useState(record)
  const stored = (began?.segment ?? null) as Segment | null
  const form = useForm<SegmentValues>({ defaultValues: segmentValuesOf(began?.name ?? '', stored) })
  const all = useQuery(segmentsQuery(environment))
  const others = (all.data?.items ?? []).map(({ name }) => name).filter((name) => name !== began?.name)
  const [reason, setReason] = useState('')
  const save = useAct({
    act: (version: number | null) => {
      const values = form.getValues()
      return saveSegment({ environment, name: values.name.trim(), version, reason }, segmentOf(values, stored))
    },
    onSuccess: ({ name }) => {
      void client.invalidateQueries({ queryKey: keys.segments(environment) })
      onSaved?.(name)
      onClose()
    },
  })
  const theirs = newerSegment(save.error)
  const { name, ...rest } = form.watch()
  const isSame =
    stored !== null &&
    JSON.stringify(segmentOf({ name, ...rest }, stored)) ===
      JSON.stringify(segmentOf(segmentValuesOf(name, stored), stored))
  return (
    <Dialog
      title={began ? 'Change the segment' : 'Add a segment'}
      {...(began ? { subject: began.name } : {})}
      wide
      isForm
      open
      opener={opener}
      onClose={onClose}
    >
      <Faults value={faultsOf(save.error)}>
        <form
          noValidate
          onSubmit={(event) => void form.handleSubmit(() => save.run(theirs?.version ?? began?.version ?? null))(event)}
        >
          <div className="mt-3 grid gap-x-4 gap-y-3 sm:grid-cols-2">
            {!began && (
              <Field label="Name" hint="Rules name it by this">
                {(tied) => <input {...tied} {...form.register('name')} className="field w-full" autoComplete="off" />}
              </Field>
            )}
            <Field label="What it is for">
              {(tied) => (
                <input {...tied} {...form.register('description')} className="field w-full" autoComplete="off" />
              )}
            </Field>
          </div>
          <section aria-label="Who is in it" className="mt-4">
            <h3 className="eyebrow">Who is in it</h3>
            <Controller
              control={form.control}
              name="condition"
              render={({ field }) => (
                <ConditionFields
                  label="Segment"
                  at="/if"
                  value={field.value}
                  segments={others}
                  onChange={field.onChange}
                />
              )}
            />
          </section>
          {began && began.usedBy.flags.length > 0 && (
            <p className="mt-3 text-13 text-warn wrap-anywhere">
              ▲ Changes at once who gets what of {began.usedBy.flags.join(', ')}.
            </p>
          )}
          <DialogButtons
            above={
              <>
                <ReasonField reason={reason} optional={false} onChange={setReason} />
                {theirs ? <Conflict {...theirs} /> : <Refused error={save.error} />}
              </>
            }
          >
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="primary"
              type="submit"
              disabled={save.isPending || isSame || reason.trim() === '' || (!began && name.trim() === '')}
            >
              {theirs ? 'Put mine in its place' : began ? 'Save' : 'Add'}
            </Button>
          </DialogButtons>
        </form>
      </Faults>
    </Dialog>
  )
}

interface Newer {
  readonly version: number
  readonly segment: Segment
}

function newerSegment(error: Error | null): Newer | null {
  if (!(error instanceof ApiError) || error.code !== 'VERSION_CONFLICT') return null
  return (error.current as Newer | undefined) ?? null
}

function Conflict({ version, segment }: Newer) {
  return (
    <div role="alert" className="mt-2 border-l-2 border-warn pl-3 text-13 wrap-anywhere">
      <p className="font-semibold">It changed while you did: it is version {version} now.</p>
      <p>Now it says: {conditionText(segment.if)}.</p>
    </div>
  )
}
