import type { ModelRecord, ModelVersion } from '@sluice/contract'
import { describeChanges, type Model } from '@sluice/core/catalogue'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { revertModel } from '../../api/model-commands.ts'
import { modelKeys } from '../../api/models.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'
import { ChangeList } from './ChangeList.tsx'
import { conflictOf } from './conflict.ts'
import { ConflictView } from './ConflictView.tsx'
import { modelOf } from './model-form.ts'

/** An old version written as a new one, after a look at what that changes. */
export function RevertDialog({
  record,
  to,
  opener,
  onClose,
}: {
  record: ModelRecord
  to: ModelVersion
  opener: Element | null
  onClose: () => void
}) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const [{ version, model }] = useState(record)
  const changes = describeChanges(modelOf({ model }), to.after as unknown as Model, Date.now())
  const act = useAct({
    act: (on: number) => revertModel({ id: model.id, version: on, reason }, to.version),
    onSuccess: (saved) => {
      client.setQueryData(modelKeys.one(model.id), saved)
      void client.invalidateQueries({ queryKey: modelKeys.all })
      onClose()
    },
  })
  const conflict = conflictOf(act.error)
  return (
    <Dialog title={`Restore version ${to.version}`} subject={model.name} wide open opener={opener} onClose={onClose}>
      {conflict ? (
        <ConflictView
          conflict={conflict}
          isPending={act.isPending}
          onCancel={onClose}
          onSave={(newer) => act.run(newer)}
        />
      ) : (
        <>
          <p className="mt-2 mb-2">
            {changes.length === 0
              ? `Version ${to.version} is what the model is now: there is nothing to restore.`
              : `Written as version ${version + 1}; nothing is lost. It changes:`}
          </p>
          <ChangeList changes={changes} shown={12} />
          <ReasonField reason={reason} optional={false} onChange={setReason} />
          <Refused error={act.error} />
          <DialogButtons>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="primary"
              disabled={act.isPending || changes.length === 0 || reason.trim() === ''}
              onClick={() => act.run(version)}
            >
              Restore
            </Button>
          </DialogButtons>
        </>
      )}
    </Dialog>
  )
}
