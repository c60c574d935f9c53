import type { SegmentRecord } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { keys } from '../../api/queries.ts'
import { deleteSegment } from '../../api/targeting.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'

/** Deletes a segment that nothing uses. */
export function DeleteSegmentDialog({
  environment,
  record: { name, version },
  opener,
  onClose,
  onDeleted,
}: {
  environment: string
  record: SegmentRecord
  opener: Element | null
  onClose: () => void
  onDeleted: () => void
}) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const act = useAct({
    act: () => deleteSegment({ environment, name, version, reason }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.segments(environment) })
      onDeleted()
    },
  })
  return (
    <Dialog title="Delete" subject={name} open opener={opener} onClose={onClose}>
      <p className="mt-2">Nothing uses it, so nobody gets anything else.</p>
      <ReasonField reason={reason} optional={false} onChange={setReason} />
      <Refused error={act.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="destroy" disabled={act.isPending || reason.trim() === ''} onClick={() => act.run()}>
          Delete
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
