import type { ImportPlan, ImportResult } from '@sluice/contract'
import { useState } from 'react'
import { applyImport } from '../../../api/model-import.ts'
import { useAct } from '../../../api/use-act.ts'
import { formatCount } from '../../../format/numbers.ts'
import { Button } from '../../../ui/Button.tsx'
import { ReasonField } from '../../../ui/ReasonField.tsx'
import { Refused } from '../../../ui/States.tsx'
import { Progress } from './Progress.tsx'

/** All or nothing, with a reason; bad records hold everything up unless a person says otherwise. */
export function ApplyForm({ plan, onApplied }: { plan: ImportPlan; onApplied: (result: ImportResult) => void }) {
  const [reason, setReason] = useState('')
  const [partial, setPartial] = useState(false)
  const { create, update, error, largePriceChanges } = plan.counts
  const apply = useAct({ act: () => applyImport(plan, reason, partial), onSuccess: onApplied })
  if (create + update === 0 && error === 0) return null
  const isHeldUp = error > 0 && !partial
  return (
    <form
      className="mt-3 max-w-[720px] border-l-2 border-line pl-4"
      onSubmit={(event) => {
        event.preventDefault()
        apply.run()
      }}
    >
      {largePriceChanges > 0 && (
        <p className="text-13 text-warn">
          ▲ {formatCount(largePriceChanges)} {largePriceChanges === 1 ? 'price changes' : 'prices change'} by more than
          25 %, or from nothing. Look at them first: sources err.
        </p>
      )}
      {error > 0 && create + update > 0 && (
        <label className="mt-1 flex items-start gap-2 text-13">
          <input
            type="checkbox"
            className="mt-1"
            checked={partial}
            onChange={(event) => setPartial(event.target.checked)}
          />
          Import what is good ({formatCount(create + update)}) though {formatCount(error)}{' '}
          {error === 1 ? 'record is' : 'records are'} bad
        </label>
      )}
      {create + update > 0 && (
        <>
          <ReasonField reason={reason} optional={false} onChange={setReason} />
          <Refused error={apply.error} />
          {apply.isPending && <Progress name={plan.planId} />}
          <Button
            kind="primary"
            type="submit"
            className="mt-3"
            disabled={apply.isPending || isHeldUp || reason.trim() === ''}
          >
            {importLabel(create, update)}
          </Button>
          {isHeldUp && <p className="mt-1 text-13 text-muted">All or nothing: the bad records hold the others up.</p>}
        </>
      )}
    </form>
  )
}

function importLabel(create: number, update: number): string {
  const parts = [create > 0 && `${formatCount(create)} new`, update > 0 && `${formatCount(update)} changed`]
  return `Import ${parts.filter(Boolean).join(' and ')}`
}
