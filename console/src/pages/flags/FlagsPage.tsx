import type { FlagRecord } from '@sluice/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { previewRollout, startRollout, switchFlag } from '../../api/commands.ts'
import { flagsQuery, keys } from '../../api/queries.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'

const isOn = ({ flag }: FlagRecord): boolean => flag['enabled'] === true

/** Every flag, its kill switch, and the way into a rollout. */
export function FlagsPage({ environment }: { environment: string }) {
  const flags = useQuery(flagsQuery(environment))
  const [asked, setAsked] = useState<{ record: FlagRecord; what: 'switch' | 'rollout' } | null>(null)
  useEffect(() => {
    document.title = `Flags · ${environment}`
  }, [environment])
  if (flags.isPending) return <Waiting />
  if (!flags.data) return <Failed error={flags.error} retry={() => void flags.refetch()} />
  return (
    <div className="pt-6">
      <h1 className="text-20 font-semibold">Flags</h1>
      {flags.data.items.length === 0 && (
        <p className="mt-2 text-muted">No flag yet. The Connect page makes a first one.</p>
      )}
      <ul className="mt-2">
        {flags.data.items.map((record) => (
          <li key={record.key} className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line py-2">
            <span className="min-w-[180px] flex-1 font-semibold break-all">{record.key}</span>
            <span className={isOn(record) ? 'text-ok' : 'text-fail'}>{isOn(record) ? '✔ on' : '✖ switched off'}</span>
            {record.rollout ? (
              <Link className="link" to="/e/$env/rollouts/$id" params={{ env: environment, id: record.rollout.id }}>
                Rollout running
              </Link>
            ) : (
              <Button onClick={() => setAsked({ record, what: 'rollout' })}>Start a rollout</Button>
            )}
            <Button kind={isOn(record) ? 'danger' : 'plain'} onClick={() => setAsked({ record, what: 'switch' })}>
              {isOn(record) ? 'Kill' : 'Switch on'}
            </Button>
          </li>
        ))}
      </ul>
      {asked?.what === 'switch' && (
        <SwitchDialog environment={environment} record={asked.record} onClose={() => setAsked(null)} />
      )}
      {asked?.what === 'rollout' && (
        <StartDialog environment={environment} flag={asked.record.key} onClose={() => setAsked(null)} />
      )}
    </div>
  )
}

function SwitchDialog({
  environment,
  record,
  onClose,
}: {
  environment: string
  record: FlagRecord
  onClose: () => void
}) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const enabled = !isOn(record)
  const act = useMutation({
    mutationFn: () => switchFlag({ environment, record, enabled, reason }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.flags(environment) })
      onClose()
    },
  })
  return (
    <Dialog title={`${enabled ? 'Switch on' : 'Kill'}: ${record.key}`} open onClose={onClose}>
      <p className="mt-2">
        {enabled
          ? 'Rules and rollout decide again who gets what.'
          : `Everybody gets "${String(record.flag['off'])}" at once, whatever rules say.`}
      </p>
      <ReasonField reason={reason} optional={!enabled} onChange={setReason} />
      {act.error && (
        <p role="alert" className="mt-2 text-13 text-fail">
          {act.error.message}
        </p>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind={enabled ? 'primary' : 'danger'}
          autoFocus
          disabled={act.isPending || (enabled && reason.trim() === '')}
          onClick={() => act.mutate()}
        >
          {enabled ? 'Switch on' : 'Kill'}
        </Button>
      </div>
    </Dialog>
  )
}

function StartDialog({ environment, flag, onClose }: { environment: string; flag: string; onClose: () => void }) {
  const navigate = useNavigate()
  const preview = useQuery({
    queryKey: ['plan', environment, flag],
    queryFn: ({ signal }) => previewRollout(environment, { flag }, signal),
    retry: false,
    staleTime: 0,
  })
  const start = useMutation({
    mutationFn: () => startRollout(environment, { flag }),
    onSuccess: ({ id }) => navigate({ to: '/e/$env/rollouts/$id', params: { env: environment, id } }),
  })
  const plan = preview.data?.plan
  return (
    <Dialog title={`Start a rollout: ${flag}`} open onClose={onClose}>
      {preview.error && (
        <p role="alert" className="mt-2 text-13 text-fail">
          {preview.error.message}
        </p>
      )}
      {plan && (
        <>
          <p className="mt-2">
            {plan.baseline} → {plan.candidate}, stages {plan.stages.map(({ percent }) => `${percent} %`).join(', ')}
          </p>
          <ul className="mt-2 list-disc pl-4 text-13 text-muted">
            {preview.data?.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      {start.error && (
        <p role="alert" className="mt-2 text-13 text-fail">
          {start.error.message}
        </p>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabled={!plan || start.isPending} onClick={() => start.mutate()}>
          Start
        </Button>
      </div>
    </Dialog>
  )
}
