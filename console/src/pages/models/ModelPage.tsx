import type { ModelRecord } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { modelQuery, referrersQuery, usageQuery } from '../../api/models.ts'
import { PriceTimeline } from '../../charts/PriceTimeline.tsx'
import { deletedMark, modelMarks, statusMeanings } from '../../components/model-marks.ts'
import { toneText } from '../../components/states.ts'
import { NotFound } from '../../shell/NotFound.tsx'
import { ActionMenu } from '../../ui/ActionMenu.tsx'
import { Button } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { useNow } from '../../ui/use-now.ts'
import { type ActName, acts, possibleActs } from './act-on-model.ts'
import { ActDialog } from './ActDialog.tsx'
import { CostCalculator } from './CostCalculator.tsx'
import { DuplicateDialog } from './DuplicateDialog.tsx'
import { EditDialog } from './EditDialog.tsx'
import { History } from './History.tsx'
import { modelOf } from './model-form.ts'
import { ModelFacts } from './ModelFacts.tsx'
import { PriceList } from './PriceList.tsx'
import { PricesDialog } from './PricesDialog.tsx'
import { Referrers } from './Referrers.tsx'
import { UsageTable } from './UsageTable.tsx'

/** One model: what it costs, what it is, who changed it, who uses it. */
export function ModelPage({ environment, id }: { environment: string; id: string }) {
  const record = useQuery(modelQuery(id))
  if (record.isPending) return <Waiting />
  if (record.error instanceof ApiError && record.error.code === 'NOT_FOUND')
    return <NotFound what={`There is no model “${id}”.`} environment={environment} />
  if (!record.data) return <Failed error={record.error as Error} retry={() => void record.refetch()} />
  return <Shown environment={environment} record={record.data} />
}

type Asked = { readonly what: 'edit' | 'prices' | 'duplicate' | ActName; readonly opener: Element | null }

function Shown({ environment, record }: { environment: string; record: ModelRecord }) {
  const now = useNow()
  const navigate = useNavigate()
  const [asked, setAsked] = useState<Asked | null>(null)
  const users = useQuery(referrersQuery(record.model.id))
  const model = modelOf(record)
  const close = (): void => setAsked(null)
  useEffect(() => {
    document.title = `${model.name} · Models`
  }, [model.name])
  const dialog = asked && { record, opener: asked.opener, onClose: close }
  return (
    <article className="pt-4">
      <Header environment={environment} record={record} ask={setAsked} />
      {record.warnings.length > 0 && (
        <ul className="mt-2 border-l-2 border-warn pl-3 text-13">
          {record.warnings.map((warning) => (
            <li key={warning} className="wrap-anywhere">
              {warning}
            </li>
          ))}
        </ul>
      )}
      <div className="mt-5 grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,3fr)_minmax(300px,2fr)] lg:grid-rows-[auto_1fr]">
        <section aria-labelledby="prices-title" className="min-w-0">
          <h2 id="prices-title" className="eyebrow">
            Prices
          </h2>
          <PriceList model={model} now={now} />
          <PriceTimeline model={model} now={now} />
        </section>
        <div className="min-w-0 space-y-6 lg:col-start-2 lg:row-span-2 lg:row-start-1">
          {record.deletedAt === null && <CostCalculator id={model.id} version={record.version} />}
          <section aria-labelledby="users-title">
            <h2 id="users-title" className="eyebrow">
              Used by
            </h2>
            {users.data?.items.length === 0 && (
              <p className="text-13 text-muted">No flag and no other model names it.</p>
            )}
            {users.data && <Referrers items={users.data.items} />}
          </section>
          <section aria-labelledby="facts-title">
            <h2 id="facts-title" className="eyebrow">
              What is known of it
            </h2>
            <ModelFacts record={record} />
          </section>
        </div>
        <div className="min-w-0 space-y-6">
          <Usage environment={environment} id={model.id} />
          <section aria-labelledby="history-title" className="min-w-0">
            <h2 id="history-title" className="eyebrow">
              History
            </h2>
            <History record={record} now={now} />
          </section>
        </div>
      </div>
      {dialog && asked.what === 'edit' && <EditDialog {...dialog} />}
      {dialog && asked.what === 'prices' && <PricesDialog {...dialog} />}
      {dialog && asked.what === 'duplicate' && (
        <DuplicateDialog
          {...dialog}
          onDone={(copy) =>
            void navigate({ to: '/e/$env/models/$id', params: { env: environment, id: copy.model.id } })
          }
        />
      )}
      {dialog && asked.what in acts && <ActDialog {...dialog} name={asked.what as ActName} />}
    </article>
  )
}

const usageDays = 7

/** What it was used for lately; nothing when nobody called it. */
function Usage({ environment, id }: { environment: string; id: string }) {
  const usage = useQuery(usageQuery(id, usageDays, ['flag', 'variant']))
  if (!usage.data || usage.data.items.length === 0) return null
  return (
    <section aria-labelledby="usage-title" className="min-w-0">
      <h2 id="usage-title" className="eyebrow">
        Last {usageDays} days
      </h2>
      <UsageTable environment={environment} items={usage.data.items} by={['flag', 'variant']} label="Usage" />
    </section>
  )
}

function Header(props: { environment: string; record: ModelRecord; ask: (asked: Asked) => void }) {
  const { environment, record, ask } = props
  const { model, deletedAt, version } = record
  const { mark, word, tone } = deletedAt === null ? modelMarks[model.status] : deletedMark
  const isThere = deletedAt === null
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-[320px]">
        <p className="text-12 text-muted">
          <Link to="/e/$env/models" params={{ env: environment }} className="link">
            Models
          </Link>{' '}
          /{' '}
          <Link
            to="/e/$env/models"
            params={{ env: environment }}
            search={{ provider: model.provider }}
            className="link"
          >
            {model.provider}
          </Link>
        </p>
        <h1 className="text-20 font-semibold wrap-anywhere" tabIndex={-1}>
          <bdi>{model.name}</bdi>{' '}
          <span className={`ml-1 text-14 font-normal whitespace-nowrap ${toneText[tone]}`}>
            {mark} {word}
          </span>
        </h1>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-13 text-muted">
          <code className="font-mono wrap-anywhere">{model.id}</code> <CopyButton text={model.id} what="the id" />
          <span>version {version}</span>
        </p>
        <p className="mt-1 text-13">{isThere ? statusMeanings[model.status] : acts.delete.effect}</p>
      </div>
      <div className="flex flex-wrap gap-2">
        {isThere ? (
          <>
            <Button kind="primary" onClick={({ currentTarget }) => ask({ what: 'edit', opener: currentTarget })}>
              Edit
            </Button>
            <Button onClick={({ currentTarget }) => ask({ what: 'prices', opener: currentTarget })}>Prices</Button>
            <Button onClick={({ currentTarget }) => ask({ what: 'duplicate', opener: currentTarget })}>
              Duplicate
            </Button>
            <MoreActs record={record} ask={ask} />
          </>
        ) : (
          <Button kind="primary" onClick={({ currentTarget }) => ask({ what: 'restore', opener: currentTarget })}>
            Restore
          </Button>
        )}
      </div>
    </header>
  )
}

function MoreActs({ record, ask }: { record: ModelRecord; ask: (asked: Asked) => void }) {
  const entries = possibleActs(record).map((name) => ({
    label: acts[name].label,
    ...(name === 'delete' ? { tone: 'fail' as const } : {}),
    onClick: () => ask({ what: name, opener: null }),
  }))
  return <ActionMenu label="More" entries={entries} />
}
