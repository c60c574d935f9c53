import type { ModelRecord } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { duplicateModel } from '../../api/model-commands.ts'
import { modelKeys } from '../../api/models.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'

/** The same document and prices under another id, as a draft. */
export function DuplicateDialog({
  record: { model },
  opener,
  onClose,
  onDone,
}: {
  record: ModelRecord
  opener: Element | null
  onClose: () => void
  onDone: (record: ModelRecord) => void
}) {
  const client = useQueryClient()
  const [id, setId] = useState(`${model.id}-copy`)
  const [name, setName] = useState(`${model.name} (copy)`)
  const [reason, setReason] = useState('')
  const act = useAct({
    act: () => duplicateModel(model.id, { id: id.trim(), name: name.trim() }, reason),
    onSuccess: (copy) => {
      void client.invalidateQueries({ queryKey: modelKeys.all })
      onDone(copy)
    },
  })
  return (
    <Dialog title="Duplicate" subject={model.name} isForm open opener={opener} onClose={onClose}>
      <p className="mt-2">Its fields and the prices in force, without history and other names, as a draft.</p>
      <Field label="Id" hint="provider:name" className="mt-3">
        {(tied) => (
          <input
            {...tied}
            className="field w-full font-mono"
            value={id}
            onChange={(event) => setId(event.target.value)}
          />
        )}
      </Field>
      <Field label="Name" className="mt-3">
        {(tied) => (
          <input
            {...tied}
            className="field w-full"
            dir="auto"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <ReasonField reason={reason} optional={false} onChange={setReason} />
      <Refused error={act.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="primary"
          disabled={act.isPending || id.trim() === '' || name.trim() === '' || reason.trim() === ''}
          onClick={() => act.run()}
        >
          Duplicate
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
