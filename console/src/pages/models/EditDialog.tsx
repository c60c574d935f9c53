import type { ModelRecord } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { ApiError } from '../../api/client.ts'
import { changeModel, createModel } from '../../api/model-commands.ts'
import { modelKeys } from '../../api/models.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'
import { AdvancedFields } from './AdvancedFields.tsx'
import { ChangeList } from './ChangeList.tsx'
import { conflictOf, withoutFields } from './conflict.ts'
import { ConflictView } from './ConflictView.tsx'
import {
  changesOf,
  emptyValues,
  fieldAt,
  modelOf,
  type ModelValues,
  plainPrices,
  priceChangesOf,
  valuesOf,
} from './model-form.ts'
import { ModelFields } from './ModelFields.tsx'

/** Sent over whatever a new model would have by default, so that it is what the form shows. */
const nothing: ModelValues = { ...emptyValues, status: '', kind: '' }

/** Adds a model, or changes the one version of it that was seen when the form opened. */
export function EditDialog({
  record,
  opener,
  onClose,
  onDone,
}: {
  record: ModelRecord | null
  opener: Element | null
  onClose: () => void
  onDone?: (record: ModelRecord) => void
}) {
  const client = useQueryClient()
  // What the page shows may move on while somebody types: the form stays at the version it began with.
  const [began] = useState(() => {
    const model = record && modelOf(record)
    return {
      model,
      version: record?.version ?? 0,
      before: model ? valuesOf(model, Date.now()) : nothing,
      prices: model ? plainPrices(model, Date.now()) : new Map(),
    }
  })
  const { model, before } = began
  const form = useForm<ModelValues>({ defaultValues: model ? before : emptyValues })
  const [reason, setReason] = useState('')
  const save = useAct({
    act: ({ version, kept }: { version: number; kept: ReadonlySet<string> }) => {
      const body = withoutFields(changesOf(before, form.getValues()), kept)
      return model ? changeModel({ id: model.id, version, reason }, body) : createModel(body, reason)
    },
    onSuccess: (saved) => {
      client.setQueryData(modelKeys.one(saved.model.id), saved)
      void client.invalidateQueries({ queryKey: modelKeys.all })
      onDone?.(saved)
      onClose()
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return
      for (const { pointer, message } of error.errors) {
        const field = fieldAt(pointer)
        if (field !== null) form.setError(field as keyof ModelValues, { message })
      }
    },
  })
  const conflict = conflictOf(save.error)
  const submit = form.handleSubmit(() => save.run({ version: began.version, kept: new Set() }))
  const values = form.watch()
  const isSame = model !== null && Object.keys(changesOf(before, values)).length === 0
  const title = model ? 'Edit' : 'Add a model'
  return (
    <Dialog
      title={title}
      {...(model ? { subject: model.name } : {})}
      wide
      isForm
      open
      opener={opener}
      onClose={onClose}
    >
      {conflict ? (
        <ConflictView
          conflict={conflict}
          isPending={save.isPending}
          onCancel={onClose}
          onSave={(version, kept) => save.run({ version, kept })}
        />
      ) : (
        <form onSubmit={(event) => void submit(event)} noValidate>
          <ModelFields
            register={form.register}
            errors={form.formState.errors}
            isNew={!model}
            prices={began.prices}
            capabilities={Object.keys(before.capabilities)}
          />
          <AdvancedFields register={form.register} errors={form.formState.errors} type={values.reasoning.type} />
          <DialogButtons
            above={
              <>
                <ChangeList changes={model ? priceChangesOf(before, values) : []} />
                <ReasonField reason={reason} optional={false} onChange={setReason} />
                <Refused error={save.error} />
              </>
            }
          >
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="primary" type="submit" disabled={save.isPending || isSame || reason.trim() === ''}>
              {model ? 'Save' : 'Add'}
            </Button>
          </DialogButtons>
        </form>
      )}
    </Dialog>
  )
}
