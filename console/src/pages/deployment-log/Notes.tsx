import type { DeploymentLog, LogEntry } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { writeNote } from '../../api/commands.ts'
import { keys } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { formatInstant } from '../../format/time.ts'
import { Button } from '../../ui/Button.tsx'
import { Refused } from '../../ui/States.tsx'

type Note = LogEntry['notes'][number]

/** The notes of an entry. Each can be worded anew; what it said before stays. */
export function Notes({ log, notes }: { log: DeploymentLog; notes: readonly Note[] }) {
  if (notes.length === 0) return null
  return (
    <section aria-label="Notes" className="mt-3 max-w-[80ch] text-13">
      <h3 className="eyebrow">Notes</h3>
      <ul>
        {notes.map((note) => (
          <NoteLine key={note.id} log={log} note={note} />
        ))}
      </ul>
    </section>
  )
}

function NoteLine({ log, note }: { log: DeploymentLog; note: Note }) {
  const [isEdited, setEdited] = useState(false)
  const { text, by, at, earlier } = note
  if (isEdited) return <NoteForm log={log} note={note} onClose={() => setEdited(false)} />
  return (
    <li className="py-1">
      <p dir="auto" className="wrap-anywhere whitespace-pre-line">
        {text}
      </p>
      <p className="text-12 text-muted">
        {by}, {formatInstant(at)} ·{' '}
        <button type="button" className="link" onClick={() => setEdited(true)}>
          Edit<span className="sr-only">: {text}</span>
        </button>
      </p>
      {earlier.length > 0 && (
        <details className="text-12 text-muted">
          <summary>Earlier wordings: {earlier.length}</summary>
          <ul className="pl-4">
            {earlier.map((old) => (
              <li key={old.at} className="wrap-anywhere">
                {old.text} ({old.by}, {formatInstant(old.at)})
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}

function NoteForm({ log, note, onClose }: { log: DeploymentLog; note: Note; onClose: () => void }) {
  const client = useQueryClient()
  const [text, setText] = useState(note.text)
  const save = useAct({
    act: () => writeNote(log, { text, replaces: note.id }),
    onSuccess: () => {
      onClose()
      void client.invalidateQueries({ queryKey: keys.deploymentLog(log.environment, log.rollout) })
    },
  })
  return (
    <li className="py-1">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (text.trim() !== '') save.run()
        }}
      >
        <textarea
          aria-label="Note"
          rows={2}
          dir="auto"
          maxLength={2000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="field block w-full"
        />
        <Refused error={save.error} />
        <span className="mt-1 flex gap-2">
          <Button type="submit" kind="primary" disabled={save.isPending || text.trim() === ''}>
            Save
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </span>
      </form>
    </li>
  )
}
