import type { ModelRecord } from '@sluice/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { modelKeys, referrersQuery } from '../../api/models.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'
import { type ActName, acts } from './act-on-model.ts'
import { conflictOf } from './conflict.ts'
import { ConflictView } from './ConflictView.tsx'
import { Referrers } from './Referrers.tsx'

/** Deprecate, retire, delete, restore: each says its effect and whom it touches before it happens. */
export function ActDialog({
  name,
  record,
  opener,
  onClose,
}: {
  name: ActName
  record: ModelRecord
  opener: Element | null
  onClose: () => void
}) {
  const client = useQueryClient()
  const [{ version, model }] = useState(record)
  const [reason, setReason] = useState('')
  const [successor, setSuccessor] = useState(model.replacedBy ?? '')
  const { label, effect, perform } = acts[name]
  const isLowering = name === 'deprecate' || name === 'retire' || name === 'delete'
  const users = useQuery({ ...referrersQuery(model.id), enabled: isLowering })
  const act = useAct({
    act: (on: number) => perform({ id: model.id, version: on, reason }, successor.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: modelKeys.all })
      onClose()
    },
  })
  const conflict = conflictOf(act.error)
  const inUse = users.data?.items ?? []
  const isRefused = name === 'delete' && inUse.length > 0
  return (
    <Dialog title={label} subject={model.name} wide={conflict !== null} open opener={opener} onClose={onClose}>
      {conflict ? (
        <ConflictView
          conflict={conflict}
          isPending={act.isPending}
          onCancel={onClose}
          onSave={(newer) => act.run(newer)}
        />
      ) : (
        <>
          <p className="mt-2">
            {isRefused ? 'It is in use, so it cannot be deleted. Retire it instead, or change these first:' : effect}
          </p>
          {inUse.length > 0 && (
            <div className="mt-2">
              {!isRefused && <p className="eyebrow">In use by</p>}
              <Referrers items={inUse} />
            </div>
          )}
          {(name === 'deprecate' || name === 'retire') && (
            <Field label="Replaced by (may follow later)" hint="The id of its successor" className="mt-3">
              {(tied) => (
                <input
                  {...tied}
                  className="field w-full font-mono"
                  value={successor}
                  onChange={(event) => setSuccessor(event.target.value)}
                />
              )}
            </Field>
          )}
          {!isRefused && <ReasonField reason={reason} optional={false} onChange={setReason} />}
          <Refused error={act.error} />
          <DialogButtons>
            <Button onClick={onClose}>{isRefused ? 'Close' : 'Cancel'}</Button>
            {!isRefused && (
              <Button
                kind={name === 'delete' ? 'destroy' : 'primary'}
                disabled={act.isPending || reason.trim() === '' || (isLowering && users.isPending)}
                onClick={() => act.run(version)}
              >
                {label}
              </Button>
            )}
          </DialogButtons>
        </>
      )}
    </Dialog>
  )
}
