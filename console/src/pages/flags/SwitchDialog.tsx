import type { FlagRecord } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { switchFlag } from '../../api/commands.ts'
import { keys } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'
import { isOn } from './is-on.ts'

/** The kill switch. Killing waits for nothing; switching on takes a reason. */
export function SwitchDialog({
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
  const [reason, setReason] = useState('')
  const [enabled] = useState(!isOn(record))
  const act = useAct({
    act: () => switchFlag({ environment, record, enabled, reason }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.flags(environment) })
      onClose()
    },
  })
  const label = enabled ? 'Switch on' : 'Kill'
  return (
    <Dialog title={label} subject={record.key} open opener={opener} onClose={onClose}>
      <p className="mt-2 wrap-anywhere">
        {enabled
          ? 'Rules and rollout decide again who gets what.'
          : `Everybody gets "${String(record.flag['off'])}" at once, whatever rules say.`}
      </p>
      <ReasonField reason={reason} optional={!enabled} onChange={setReason} />
      <Refused error={act.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind={enabled ? 'primary' : 'destroy'}
          autoFocus={!enabled}
          disabled={act.isPending || (enabled && reason.trim() === '')}
          onClick={() => act.run()}
        >
          {label}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
