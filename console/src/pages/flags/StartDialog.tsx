import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { startRollout } from '../../api/commands.ts'
import { useAct } from '../../api/use-act.ts'
import { PreviewPanel } from '../../preview/DraftPreview.tsx'
import { flagPreviewQuery } from '../../preview/preview-api.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Refused, Waiting } from '../../ui/States.tsx'

/** What would be rolled out, before it is. */
export function StartDialog({
  environment,
  flag,
  opener,
  onClose,
}: {
  environment: string
  flag: string
  opener: Element | null
  onClose: () => void
}) {
  const navigate = useNavigate()
  const preview = useQuery(flagPreviewQuery(environment, { flag }))
  const start = useAct({
    act: () => startRollout(environment, { flag }),
    onSuccess: ({ id }) => void navigate({ to: '/e/$env/rollouts/$id', params: { env: environment, id } }),
  })
  const asked = preview.data
  return (
    <Dialog title="Start a rollout" subject={flag} wide open opener={opener} onClose={onClose}>
      {preview.isPending && <Waiting lines={2} />}
      <Refused error={preview.error} />
      {asked && (
        <>
          <p className="mt-2 wrap-anywhere">
            {asked.plan.baseline} → {asked.plan.candidate}, stages{' '}
            {asked.plan.stages.map(({ percent }) => `${percent} %`).join(', ')}
          </p>
          <ul className="mt-2 list-disc pl-4 text-13 text-muted">
            {asked.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
          <PreviewPanel preview={asked} />
        </>
      )}
      <Refused error={start.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabled={!asked?.canStart || start.isPending} onClick={() => start.run()}>
          Start
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
