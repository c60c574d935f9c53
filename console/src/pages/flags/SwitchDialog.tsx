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
      <About flag={record.flag} />
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

/** What the switch is for, how much hangs on it, and what happens when it goes back. */
function About({ flag }: Pick<FlagRecord, 'flag'>) {
  const facts = [
    ['Purpose', flag['description']],
    ['Risk', flag['risk']],
    ['When it goes back', flag['rollbackImpact']],
    ['Owner', flag['owner']],
  ].filter(([, text]) => typeof text === 'string' && text !== '')
  if (facts.length === 0) return null
  return (
    <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-13">
      {facts.map(([name, text]) => (
        <div key={String(name)} className="contents">
          <dt className="text-muted">{String(name)}</dt>
          <dd className="wrap-anywhere" dir="auto">
            {String(text)}
          </dd>
        </div>
      ))}
    </dl>
  )
}
