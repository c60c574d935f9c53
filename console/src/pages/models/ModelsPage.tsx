import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type ModelFilter, modelsQuery, providersQuery } from '../../api/models.ts'
import { formatCount } from '../../format/numbers.ts'
import { Button, buttonLook } from '../../ui/Button.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { EditDialog } from './EditDialog.tsx'
import { ExportMenu } from './ExportMenu.tsx'
import { ModelFilters } from './ModelFilters.tsx'
import { ModelTable } from './ModelTable.tsx'

const mostCompared = 5

/** The catalogue: search, filter, compare, add. */
export function ModelsPage({ environment, filter }: { environment: string; filter: ModelFilter }) {
  const navigate = useNavigate()
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [adding, setAdding] = useState<Element | null>(null)
  const providers = useQuery(providersQuery)
  const first = useQuery({ ...modelsQuery(filter), placeholderData: (before) => before })
  const look = (next: ModelFilter): void =>
    void navigate({ to: '/e/$env/models', params: { env: environment }, search: next, replace: true })
  const choose = (id: string): void =>
    setChosen((ids) => (ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id].slice(-mostCompared)))
  const inAll = providers.data?.total
  return (
    <div className="pt-6">
      <PageHeader title="Models" place={environment}>
        <div className="flex flex-wrap gap-2">
          <Link to="/e/$env/models/usage" params={{ env: environment }} className={buttonLook('plain')}>
            Costs
          </Link>
          <Link to="/e/$env/models/import" params={{ env: environment }} className={buttonLook('plain')}>
            Import
          </Link>
          <ExportMenu />
          <Button kind="primary" onClick={({ currentTarget }) => setAdding(currentTarget)}>
            Add<span className="max-sm:sr-only"> a model</span>
          </Button>
        </div>
      </PageHeader>
      {(inAll ?? 0) > 0 || filter.deleted ? (
        <ModelFilters filter={filter} providers={providers.data?.providers ?? []} onChange={look} />
      ) : null}
      {first.isPending && <Waiting lines={8} />}
      {first.isError && !first.data && <Failed error={first.error} retry={() => void first.refetch()} />}
      {inAll === 0 && first.data?.total === 0 && !filter.deleted && <NoModels environment={environment} />}
      {first.data && (inAll ?? 0) > 0 && (
        <>
          <div className="mt-3 flex min-h-8 flex-wrap items-center gap-x-4 gap-y-1 text-13 text-muted">
            <p aria-live="polite">
              {formatCount(first.data.total)}
              {first.data.total === inAll ? '' : ` of ${formatCount(inAll ?? 0)}`} models
            </p>
            {chosen.length > 0 && (
              <span className="flex items-center gap-3">
                {chosen.length > 1 ? (
                  <Link
                    to="/e/$env/models/compare"
                    params={{ env: environment }}
                    search={{ ids: [...chosen] }}
                    className={buttonLook('plain')}
                  >
                    Compare {chosen.length}
                  </Link>
                ) : (
                  'Choose another one to compare'
                )}
                <button type="button" className="link" onClick={() => setChosen([])}>
                  Clear the choice
                </button>
              </span>
            )}
          </div>
          {first.data.total === 0 ? (
            <p className="mt-4 text-muted">
              No model is like that.{' '}
              <button type="button" className="link" onClick={() => look({})}>
                Show all
              </button>
            </p>
          ) : (
            <ModelTable
              environment={environment}
              filter={filter}
              total={first.data.total}
              chosen={chosen}
              onChoose={choose}
              onSort={(sort) => look({ ...filter, sort })}
            />
          )}
        </>
      )}
      {adding && (
        <EditDialog
          record={null}
          opener={adding}
          onClose={() => setAdding(null)}
          onDone={({ model }) =>
            void navigate({ to: '/e/$env/models/$id', params: { env: environment, id: model.id } })
          }
        />
      )}
    </div>
  )
}

function NoModels({ environment }: { environment: string }) {
  return (
    <p className="mt-2 max-w-[60ch] text-muted">
      No model yet. Add one by hand, or{' '}
      <Link className="link" to="/e/$env/models/import" params={{ env: environment }}>
        import a price list
      </Link>{' '}
      of models.dev, LiteLLM or genai-prices.
    </p>
  )
}
