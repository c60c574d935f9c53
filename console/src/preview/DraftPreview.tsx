import type { PreviewAnswer, Rollout } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { formatCount } from '../format/numbers.ts'
import { Failed, Waiting } from '../ui/States.tsx'
import { Findings } from './Findings.tsx'
import { StageOutlooks } from './StageOutlooks.tsx'
import { rolloutPreviewQuery } from './preview-api.ts'

/** What a draft will see once it is started. */
export function DraftPreview({ rollout }: { rollout: Rollout }) {
  const preview = useQuery(rolloutPreviewQuery(rollout))
  return (
    <section aria-label="Preview" className="mt-4">
      <h2 className="eyebrow">Before the start</h2>
      {preview.isPending && <Waiting />}
      {preview.isError && <Failed error={preview.error} retry={() => void preview.refetch()} />}
      {preview.data && <PreviewPanel preview={preview.data} />}
    </section>
  )
}

/** Traffic, stages and findings of a plan. */
export function PreviewPanel({ preview }: { preview: PreviewAnswer }) {
  const { traffic, stages, findings } = preview
  return (
    <>
      <p className="mt-1 text-13 text-muted">
        {traffic ? (
          `At about ${formatCount(Math.round(traffic.unitsPerDay))} users a day, as in the last week. Times are for 80 of 100 rollouts.`
        ) : (
          <>
            No call of this flag has been seen yet. The{' '}
            <a className="link" href="/planner" target="_blank" rel="noreferrer">
              planner
            </a>{' '}
            works it out for the traffic that you expect.
          </>
        )}
      </p>
      <Findings findings={findings} />
      {traffic && (
        <div className="mt-4">
          <StageOutlooks stages={stages} />
        </div>
      )}
    </>
  )
}
