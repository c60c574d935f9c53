import type { ActionInput, Rollout } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { performAction, previewAction } from '../api/commands.ts'
import { useAct } from '../api/use-act.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog, DialogButtons } from '../ui/Dialog.tsx'
import { ReasonField } from '../ui/ReasonField.tsx'
import { Refused } from '../ui/States.tsx'

type Name = 'start' | 'proceed' | 'hold' | 'resume' | 'rollback'

const acts: Readonly<
  Record<Name, { label: string; key: string; kind: 'primary' | 'plain' | 'danger'; needsReason: boolean }>
> = {
  start: { label: 'Start', key: 'p', kind: 'primary', needsReason: true },
  proceed: { label: 'Proceed', key: 'p', kind: 'plain', needsReason: true },
  hold: { label: 'Hold', key: 'h', kind: 'plain', needsReason: false },
  resume: { label: 'Resume', key: 'h', kind: 'plain', needsReason: true },
  rollback: { label: 'Roll back', key: 'r', kind: 'danger', needsReason: false },
}

/** What a person can do now. Going down never asks for a reason. */
function possible(rollout: Rollout): readonly Name[] {
  if (rollout.state === 'draft') return ['start']
  if (rollout.state === 'completed') return ['rollback']
  if (rollout.endedAt !== null) return []
  const stopped = rollout.waitingFor.some(({ code }) => code === 'person' || code === 'breach')
  return ['proceed', stopped ? 'resume' : 'hold', 'rollback']
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Proceed, hold, roll back: always at hand, each with its effect before it happens. Keys open the dialogs, never act. */
export function ActionBar({ rollout }: { rollout: Rollout }) {
  const [open, setOpen] = useState<Name | null>(null)
  const names = possible(rollout)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return
      const name = names.find((candidate) => acts[candidate].key === event.key.toLowerCase())
      if (name) {
        event.preventDefault()
        setOpen(name)
      }
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  })
  if (names.length === 0) return null
  return (
    <div className="flex gap-2 max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:z-10 max-sm:border-t max-sm:border-line max-sm:bg-bg max-sm:px-4 max-sm:py-2">
      {names.map((name) => (
        <Button
          key={name}
          kind={acts[name].kind}
          className="flex-1 sm:flex-none"
          onClick={() => setOpen(name)}
          aria-keyshortcuts={acts[name].key}
        >
          {acts[name].label} <kbd className="hidden text-12 font-normal opacity-70 sm:inline">{acts[name].key}</kbd>
        </Button>
      ))}
      {open && <ActDialog rollout={rollout} name={open} onClose={() => setOpen(null)} />}
    </div>
  )
}

function ActDialog({ rollout, name, onClose }: { rollout: Rollout; name: Name; onClose: () => void }) {
  const [reason, setReason] = useState('')
  const { label, kind, needsReason } = acts[name]
  const input: ActionInput = { action: name, reason }
  const act = useAct({ act: () => performAction(rollout, input), onSuccess: onClose })
  const effect = useQuery({
    queryKey: ['effect', rollout.id, name, rollout.exposure.set],
    queryFn: ({ signal }) => previewAction(rollout, { action: name }, signal),
    retry: false,
    // Once it is done there is nothing to look ahead to.
    enabled: act.isIdle,
  })
  const missing = needsReason && reason.trim() === ''
  return (
    <Dialog title={label} subject={rollout.flag} open onClose={onClose}>
      <p className="mt-2 min-h-10 text-14" aria-live="polite">
        {effect.data?.sentence ?? effect.error?.message ?? 'Looking at the effect …'}
      </p>
      <ReasonField reason={reason} optional={!needsReason} onChange={setReason} />
      <Refused error={act.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind={kind === 'danger' ? 'destroy' : 'primary'}
          autoFocus={!needsReason}
          disabled={missing || act.isPending}
          onClick={() => act.run()}
        >
          {label}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
