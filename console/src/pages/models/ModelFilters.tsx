import { type ModelFilter } from '../../api/models.ts'
import { modelMarks } from '../../components/model-marks.ts'
import { SearchField } from '../../ui/SearchField.tsx'
import { knownCapabilities, kinds } from './vocabulary.ts'

type Texts = 'provider' | 'status' | 'kind' | 'capability'

/** What narrows the list; each choice is part of the address. */
export function ModelFilters({
  filter,
  providers,
  onChange,
}: {
  filter: ModelFilter
  providers: readonly { provider: string; models: number }[]
  onChange: (filter: ModelFilter) => void
}) {
  const without = (name: keyof ModelFilter): ModelFilter => {
    const { [name]: _, ...rest } = filter
    return rest
  }
  const set = (name: 'q' | Texts, value: string): void =>
    onChange(value === '' ? without(name) : { ...filter, [name]: value })
  const isNarrowed = Object.keys(filter).some((name) => name !== 'sort')
  const select = (name: Texts, label: string, options: readonly (readonly [string, string])[]) => (
    <label className="shrink-0">
      <span className="sr-only">{label}</span>
      <select
        value={filter[name] ?? ''}
        onChange={(event) => set(name, event.target.value)}
        className={`field max-w-[180px] truncate ${filter[name] ? 'font-semibold' : ''}`}
      >
        <option value="">Any {label.toLowerCase()}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <search className="mt-3 flex flex-wrap items-center gap-2">
      <SearchField label="Search models" value={filter.q ?? ''} onChange={(q) => set('q', q)} />
      <div className="relative flex items-center gap-2 max-sm:-mx-4 max-sm:w-screen max-sm:overflow-x-auto max-sm:px-4 max-sm:py-1">
        {select(
          'provider',
          'Provider',
          providers.map(({ provider, models }) => [provider, `${provider} (${models})`]),
        )}
        {select(
          'status',
          'Status',
          Object.entries(modelMarks).map(([value, { word }]) => [value, word]),
        )}
        {select(
          'kind',
          'Kind',
          kinds.map((kind) => [kind, kind]),
        )}
        {select(
          'capability',
          'Capability',
          knownCapabilities.map((name) => [name, name]),
        )}
        <label className="flex shrink-0 items-center gap-1 text-13">
          <input
            type="checkbox"
            checked={filter.deleted ?? false}
            onChange={(event) => onChange(event.target.checked ? { ...filter, deleted: true } : without('deleted'))}
          />
          Deleted
        </label>
      </div>
      {isNarrowed && (
        <button
          type="button"
          className="link text-13"
          onClick={() => onChange(filter.sort === undefined ? {} : { sort: filter.sort })}
        >
          Clear
        </button>
      )}
    </search>
  )
}
