import type { CheckResultInput, Rollout } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { answerCheck } from '../../api/commands.ts'
import { keys } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { checkMarks, toneText } from '../../components/states.ts'
import { formatInstant } from '../../format/time.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused } from '../../ui/States.tsx'

type Item = Rollout['checklist'][number]

/** What has to be done before the start, or before a stage is left. */
export function Checklist({ rollout }: { rollout: Rollout }) {
  const [skipping, setSkipping] = useState<{ item: Item; opener: Element } | null>(null)
  const present = rollout.stage?.index ?? -1
  const due = rollout.endedAt === null ? rollout.checklist.filter(({ stage }) => stage <= present || stage === -1) : []
  if (due.length === 0) return null
  return (
    <section aria-labelledby="checklist-title" className="min-w-0">
      <h2 id="checklist-title" className="eyebrow">
        Checklist
      </h2>
      <ul className="text-13">
        {due.map((item) => (
          <Line key={item.id} rollout={rollout} item={item} onSkip={(opener) => setSkipping({ item, opener })} />
        ))}
      </ul>
      {skipping && <SkipDialog rollout={rollout} {...skipping} onClose={() => setSkipping(null)} />}
    </section>
  )
}

function useAnswer(rollout: Rollout, onSuccess?: () => void) {
  const client = useQueryClient()
  return useAct({
    act: (body: CheckResultInput) => answerCheck(rollout, body),
    onSuccess: (answer) => {
      client.setQueryData(keys.rollout(rollout.environment, rollout.id), answer.rollout)
      onSuccess?.()
    },
  })
}

function Line({ rollout, item, onSkip }: { rollout: Rollout; item: Item; onSkip: (opener: Element) => void }) {
  const answer = useAnswer(rollout)
  const { id, text, by, detail, state, at, actor, note } = item
  const { mark, word, tone } = checkMarks[state]
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line py-1.5 first:border-t-0">
      <span className={`w-20 font-semibold ${toneText[tone]}`}>
        {mark} {word}
      </span>
      <span className="min-w-0 flex-1 basis-40 wrap-anywhere">
        {text}
        <span className="block text-12 text-muted">
          {[
            detail,
            by === 'person' ? null : by === 'http' ? 'asked by the server' : `by ${by}`,
            actor && actor.kind !== 'engine' ? actor.name : null,
            at && formatInstant(at),
            note,
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        <Refused error={answer.error} />
      </span>
      <span className="flex gap-3">
        {state !== 'open' ? (
          <button
            type="button"
            className="link"
            disabled={answer.isPending}
            onClick={() => answer.run({ item: id, state: 'open' })}
          >
            Reopen<span className="sr-only">: {text}</span>
          </button>
        ) : (
          <>
            {by === 'person' && (
              <button
                type="button"
                className="link"
                disabled={answer.isPending}
                onClick={() => answer.run({ item: id, state: 'passed' })}
              >
                Done<span className="sr-only">: {text}</span>
              </button>
            )}
            <button type="button" className="link" onClick={(event) => onSkip(event.currentTarget)}>
              Skip<span className="sr-only">: {text}</span>
            </button>
          </>
        )}
      </span>
    </li>
  )
}

function SkipDialog(props: { rollout: Rollout; item: Item; opener: Element; onClose: () => void }) {
  const { rollout, item, opener, onClose } = props
  const [note, setNote] = useState('')
  const answer = useAnswer(rollout, onClose)
  return (
    <Dialog title="Skip" subject={item.text} open opener={opener} onClose={onClose}>
      <p className="mt-2">The rollout no longer waits for it. Who skipped it and why stays in the log.</p>
      <ReasonField reason={note} optional={false} onChange={setNote} />
      <Refused error={answer.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="primary"
          disabled={answer.isPending || note.trim() === ''}
          onClick={() => answer.run({ item: item.id, state: 'skipped', note })}
        >
          Skip
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
