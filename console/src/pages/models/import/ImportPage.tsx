import type { ImportPlan, ImportResult } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type ImportFile, planImport } from '../../../api/model-import.ts'
import { modelKeys } from '../../../api/models.ts'
import { useAct } from '../../../api/use-act.ts'
import { formatCount } from '../../../format/numbers.ts'
import { PageHeader } from '../../../ui/PageHeader.tsx'
import { Refused } from '../../../ui/States.tsx'
import { ApplyForm } from './ApplyForm.tsx'
import { ChooseFile, type Chosen } from './ChooseFile.tsx'
import { formatNames } from './import-marks.ts'
import { PlanRecords } from './PlanRecords.tsx'
import { Progress } from './Progress.tsx'

/** A price list comes in: a file, what it would change, and only then the change. */
export function ImportPage({ environment }: { environment: string }) {
  const client = useQueryClient()
  const [name, setName] = useState<string | null>(null)
  const [result, setResult] = useState<ImportResult | null>(null)
  const plan = useAct({
    act: (input: ImportFile) => {
      setName(input.name)
      setResult(null)
      return planImport(input)
    },
  })
  const look = ({ file, format, take }: Chosen): void =>
    plan.run({ file, format, take, name: `console-${crypto.randomUUID()}` })
  const isDone = result !== null
  return (
    <div className="pt-6">
      <PageHeader title="Import models" place={environment}>
        <Link className="link text-13" to="/e/$env/models" params={{ env: environment }}>
          All models
        </Link>
      </PageHeader>
      <ChooseFile isBusy={plan.isPending} onLook={look} />
      {plan.isPending && <Progress name={name} />}
      <Refused error={plan.error} />
      {isDone && <Done environment={environment} result={result} />}
      {plan.answer && !plan.isPending && !isDone && (
        <Plan
          key={plan.answer.planId}
          plan={plan.answer}
          onApplied={(applied) => {
            setResult(applied)
            void client.invalidateQueries({ queryKey: modelKeys.all })
          }}
        />
      )}
    </div>
  )
}

function Plan({ plan, onApplied }: { plan: ImportPlan; onApplied: (result: ImportResult) => void }) {
  return (
    <section className="mt-6" aria-labelledby="plan-title">
      <h2 id="plan-title" className="text-16 font-semibold">
        {plan.summary}
      </h2>
      <p className="text-13 text-muted">
        Read as {formatNames[plan.format]}: {formatCount(plan.counts.records)} records. Nothing is changed yet.
      </p>
      <ApplyForm plan={plan} onApplied={onApplied} />
      <PlanRecords plan={plan} />
      {plan.missing.length > 0 && (
        <details className="mt-4 text-13">
          <summary>
            {formatCount(plan.missing.length)} models of this source are not in the file; they stay as they are
          </summary>
          <p className="mt-1 font-mono text-12 text-muted wrap-anywhere">{plan.missing.slice(0, 200).join(', ')}</p>
        </details>
      )}
    </section>
  )
}

function Done({ environment, result }: { environment: string; result: ImportResult }) {
  const { created, updated, passedOver } = result
  return (
    <div role="status" className="mt-6">
      <p className="text-16 font-semibold text-ok">
        ✔ {formatCount(created)} created, {formatCount(updated)} updated
        {passedOver > 0 && `, ${formatCount(passedOver)} left as they were`}.
      </p>
      <p className="mt-2 flex gap-2">
        <Link className="link" to="/e/$env/models" params={{ env: environment }}>
          Look at the models
        </Link>
      </p>
    </div>
  )
}
