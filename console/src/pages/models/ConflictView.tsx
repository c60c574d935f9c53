import type { ModelConflict } from '@sluice/contract'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { DialogButtons } from '../../ui/Dialog.tsx'
import { conflictLines } from './conflict.ts'
import { showValue } from './show-value.ts'

/** Somebody else was quicker: what it was, theirs, yours; where both met, a person chooses. */
export function ConflictView({
  conflict,
  isPending,
  onCancel,
  onSave,
}: {
  conflict: ModelConflict
  isPending: boolean
  onCancel: () => void
  /** Your change on top of theirs, without the fields that stay theirs. */
  onSave: (version: number, keptTheirs: ReadonlySet<string>) => void
}) {
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set())
  const { version, updatedBy } = conflict.current
  const met = new Set(conflict.both)
  const keep = (field: string, isTheirs: boolean): void => {
    const next = new Set(theirs)
    if (isTheirs) next.add(field)
    else next.delete(field)
    setTheirs(next)
  }
  return (
    <div>
      <p role="alert" className="mt-2 font-semibold">
        {updatedBy.name} changed it while you did: it is version {version} now.
      </p>
      <p className="text-13 text-muted">
        {met.size === 0
          ? 'You touched different fields, so both changes fit together.'
          : 'Where both of you changed the same field, choose which value stays.'}
      </p>
      <div className="mt-2 overflow-x-auto" tabIndex={0} role="group" aria-label="Both changes">
        <table className="w-full text-13">
          <thead className="eyebrow text-left">
            <tr>
              {['Field', 'Was', 'Theirs', 'Yours'].map((title) => (
                <th key={title} scope="col" className="py-1 pr-3 font-semibold">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {conflictLines(conflict).map(({ field, base, theirs: their, yours }) => (
              <tr key={field} className="border-t border-line align-top wrap-anywhere">
                <th scope="row" className="py-1.5 pr-3 text-left font-mono text-12 font-normal">
                  {field}
                </th>
                <td className="py-1.5 pr-3 text-muted">{showValue(base)}</td>
                {[their, yours].map((change, i) => {
                  const isTheirs = i === 0
                  const isKept = met.has(field) ? theirs.has(field) === isTheirs : change !== undefined
                  return (
                    <td
                      key={isTheirs ? 'theirs' : 'yours'}
                      className={`py-1.5 pr-3 ${isKept ? 'font-semibold' : 'text-muted'}`}
                    >
                      {met.has(field) ? (
                        <label className="flex gap-1">
                          <input
                            type="radio"
                            name={field}
                            checked={isKept}
                            onChange={() => keep(field, isTheirs)}
                            aria-label={`${field}: ${isTheirs ? 'theirs' : 'yours'}`}
                          />
                          {showValue(change?.newValue)}
                        </label>
                      ) : change ? (
                        showValue(change.newValue)
                      ) : (
                        ''
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <DialogButtons>
        <Button onClick={onCancel}>Cancel</Button>
        <Button kind="primary" disabled={isPending} onClick={() => onSave(version, theirs)}>
          Save on top of version {version}
        </Button>
      </DialogButtons>
    </div>
  )
}
