import type { FlagRecord, PlanInput } from '@sluice/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createRollout } from '../../api/commands.ts'
import { planTemplatesQuery } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { PreviewPanel } from '../../preview/DraftPreview.tsx'
import { flagPreviewQuery } from '../../preview/preview-api.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Refused, Waiting } from '../../ui/States.tsx'
import { PlanNotes, PlanView } from './PlanView.tsx'

const standard = 'standard'

/** A plan from a template, shown as it would run before it does. */
export function StartDialog({
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
  const navigate = useNavigate()
  const templates = useQuery(planTemplatesQuery)
  const [template, setTemplate] = useState(standard)
  const [arms, setArms] = useState<Pick<PlanInput, 'candidate' | 'baseline'>>({})
  const [reason, setReason] = useState('')
  const input: PlanInput = { flag: record.key, template, ...arms }
  const preview = useQuery({ ...flagPreviewQuery(environment, input), placeholderData: keepPreviousData })
  const create = useAct({
    act: (begin: 'draft' | 'start') => createRollout(environment, { ...input, reason }, begin),
    onSuccess: ({ id }) => void navigate({ to: '/e/$env/rollouts/$id', params: { env: environment, id } }),
  })
  const plan = preview.error ? undefined : preview.data?.plan
  const chosen = templates.data?.items.find(({ name }) => name === template)
  const isReady = plan !== undefined && !preview.isPlaceholderData && !create.isPending
  return (
    <Dialog title="Start a rollout" subject={record.key} wide isForm open opener={opener} onClose={onClose}>
      <div className="mt-3 grid gap-x-4 gap-y-3 sm:grid-cols-4">
        <Field label="Plan" {...(chosen ? { hint: chosen.description } : {})} className="sm:col-span-4">
          {(tied) => (
            <select
              {...tied}
              className="field w-full"
              value={template}
              onChange={(event) => setTemplate(event.target.value)}
            >
              {(templates.data?.items ?? [{ name: standard, title: 'Standard' }]).map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        {(['candidate', 'baseline'] as const).map((arm) => (
          <Field key={arm} label={arm === 'candidate' ? 'Candidate' : 'Baseline'} className="sm:col-span-2">
            {(tied) => (
              <select
                {...tied}
                className="field w-full"
                value={arms[arm] ?? plan?.[arm] ?? ''}
                onChange={(event) => setArms({ ...arms, [arm]: event.target.value })}
              >
                {variantsOf(record).map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            )}
          </Field>
        ))}
      </div>
      {preview.isPending && <Waiting lines={3} />}
      <Refused error={preview.error} />
      {plan && preview.data && (
        <>
          <PlanView plan={plan} />
          <h3 className="eyebrow mt-4">What it will find</h3>
          <PreviewPanel preview={preview.data} />
          <PlanNotes notes={preview.data.notes} />
        </>
      )}
      <DialogButtons
        above={
          <>
            <ReasonField reason={reason} optional={false} onChange={setReason} />
            <Refused error={create.error} />
          </>
        }
      >
        <Button onClick={onClose}>Cancel</Button>
        <Button disabled={!isReady} onClick={() => create.run('draft')}>
          Make a draft
        </Button>
        <Button
          kind="primary"
          disabled={!isReady || !preview.data?.canStart || reason.trim() === ''}
          onClick={() => create.run('start')}
        >
          Start
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

const variantsOf = ({ flag }: FlagRecord): readonly string[] => Object.keys(flag['variants'] ?? {})
