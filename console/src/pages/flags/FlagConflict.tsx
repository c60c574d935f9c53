import type { FlagRecord } from '@sluice/contract'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { DialogButtons } from '../../ui/Dialog.tsx'
import { type MemberConflict, memberConflicts } from './flag-conflict.ts'

/** Somebody, or a rollout, was quicker: theirs, yours; where both met, a person chooses. */
export function FlagConflict({
  base,
  current,
  yours,
  isPending,
  onCancel,
  onSave,
}: {
  base: FlagRecord['flag']
  current: FlagRecord
  yours: FlagRecord['flag']
  isPending: boolean
  onCancel: () => void
  onSave: (keptTheirs: ReadonlySet<string>) => void
}) {
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set())
  const members = memberConflicts(base, current.flag, yours)
  const isMet = members.some(({ isBoth }) => isBoth)
  const keep = (member: string, isTheirs: boolean): void => {
    const next = new Set(theirs)
    if (isTheirs) next.add(member)
    else next.delete(member)
    setTheirs(next)
  }
  return (
    <div>
      <p role="alert" className="mt-2 font-semibold">
        It changed while you did: it is version {current.version} now.
      </p>
      <p className="text-13 text-muted">
        {isMet
          ? 'Where both changed the same, choose which stays.'
          : 'You touched different parts, so both changes fit together.'}
      </p>
      <ul className="mt-2 space-y-3 text-13">
        {members.map((member) => (
          <Member key={member.member} conflict={member} isTheirs={theirs.has(member.member)} onKeep={keep} />
        ))}
      </ul>
      <DialogButtons>
        <Button onClick={onCancel}>Cancel</Button>
        <Button kind="primary" disabled={isPending} onClick={() => onSave(theirs)}>
          Save on top of theirs
        </Button>
      </DialogButtons>
    </div>
  )
}

function Member(props: {
  conflict: MemberConflict
  isTheirs: boolean
  onKeep: (member: string, isTheirs: boolean) => void
}) {
  const { conflict, isTheirs, onKeep } = props
  const { member, base, theirs, yours, isBoth } = conflict
  return (
    <li className="border-t border-line pt-2">
      <p className="font-mono text-12">
        {member}
        {isBoth && <span className="ml-2 font-sans font-semibold text-warn">▲ both</span>}
      </p>
      <dl className="grid gap-2 sm:grid-cols-3">
        {(
          [
            ['Was', base],
            ['Theirs', theirs],
            ['Yours', yours],
          ] as const
        ).map(([title, value]) => (
          <div key={title} className="min-w-0">
            <dt className="text-12 text-muted">{title}</dt>
            <dd>
              <pre
                tabIndex={0}
                aria-label={`${title} of ${member}`}
                className="max-h-40 overflow-auto rounded-4 bg-sunken p-2 font-mono text-12"
              >
                {value === undefined ? '–' : JSON.stringify(value, null, 1)}
              </pre>
            </dd>
          </div>
        ))}
      </dl>
      {isBoth && (
        <label className="mt-1 flex items-center gap-2">
          <input type="checkbox" checked={isTheirs} onChange={(event) => onKeep(member, event.target.checked)} />
          Keep theirs<span className="sr-only"> of {member}</span>
        </label>
      )}
    </li>
  )
}
