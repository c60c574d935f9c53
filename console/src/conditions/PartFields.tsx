import { Button } from '../ui/Button.tsx'
import { useFault } from '../ui/faults.ts'
import { canFold, hasType, type PartValues } from './condition-form.ts'
import { operatorWords } from './condition-text.ts'

/** One comparison, a segment, or what neither can say as JSON. */
export function PartFields(props: {
  label: string
  at: string
  part: PartValues
  segments: readonly string[]
  onChange: (part: PartValues) => void
  onRemove: () => void
}) {
  const { label, at, part, onChange, onRemove } = props
  const fault = useFault()
  const set = (change: Partial<PartValues>): void => onChange({ ...part, ...change })
  return (
    <fieldset className="rounded-4 bg-raised p-2">
      <legend className="sr-only">{label}</legend>
      <div className="flex flex-wrap items-start gap-2">
        <select
          aria-label={`Kind of ${label}`}
          className="field field-small"
          value={part.kind}
          onChange={(event) => set({ kind: event.target.value as PartValues['kind'] })}
        >
          <option value="attribute">Attribute</option>
          <option value="segment">Segment</option>
          <option value="json">JSON</option>
        </select>
        {part.kind === 'attribute' && <Comparison {...props} set={set} />}
        {part.kind === 'segment' && <SegmentChoice {...props} set={set} />}
        {part.kind === 'json' && (
          <textarea
            aria-label={`JSON of ${label}`}
            className="field block min-w-0 flex-1 basis-60 font-mono text-12"
            rows={Math.min(8, part.json.split('\n').length + 1)}
            value={part.json}
            onChange={(event) => set({ json: event.target.value })}
          />
        )}
        <Button className="ml-auto" aria-label={`Remove ${label}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
      {fault(at) && (
        <p role="alert" className="mt-1 text-12 text-fail wrap-anywhere">
          {fault(at)}
        </p>
      )}
    </fieldset>
  )
}

type Setting = Parameters<typeof PartFields>[0] & { set: (change: Partial<PartValues>) => void }

function SegmentChoice({ label, at, part, segments, set }: Setting) {
  const fault = useFault()
  const names = segments.includes(part.segment) || part.segment === '' ? segments : [part.segment, ...segments]
  return (
    <>
      <select
        aria-label={`Membership of ${label}`}
        className="field field-small"
        value={part.negate ? 'not' : 'in'}
        onChange={(event) => set({ negate: event.target.value === 'not' })}
      >
        <option value="in">is in</option>
        <option value="not">is not in</option>
      </select>
      <select
        aria-label={`Segment of ${label}`}
        aria-invalid={fault(`${at}/segment`) !== undefined}
        className="field field-small min-w-0 flex-1 basis-40"
        value={part.segment}
        onChange={(event) => set({ segment: event.target.value })}
      >
        <option value="">Choose a segment</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </>
  )
}

function Comparison({ label, at, part, set }: Setting) {
  const fault = useFault()
  return (
    <>
      <input
        aria-label={`Attribute of ${label}`}
        aria-invalid={fault(`${at}/attr`) !== undefined}
        placeholder="attribute"
        autoComplete="off"
        className="field field-small min-w-0 flex-1 basis-32"
        value={part.attr}
        onChange={(event) => set({ attr: event.target.value })}
      />
      <select
        aria-label={`Operator of ${label}`}
        className="field field-small"
        value={part.op}
        onChange={(event) => set({ op: event.target.value })}
      >
        {Object.entries(operatorWords).map(([op, words]) => (
          <option key={op} value={op}>
            {words}
          </option>
        ))}
      </select>
      {hasType(part.op) && (
        <select
          aria-label={`Type of ${label}`}
          className="field field-small"
          value={part.type}
          onChange={(event) => set({ type: event.target.value as PartValues['type'] })}
        >
          <option value="text">text</option>
          <option value="number">number</option>
          <option value="boolean">true or false</option>
        </select>
      )}
      {part.op !== 'exists' && (
        <textarea
          aria-label={`Values of ${label}, one a line`}
          aria-invalid={fault(`${at}/values`) !== undefined}
          placeholder="one a line"
          rows={Math.min(8, Math.max(1, part.values.split('\n').length))}
          className="field field-small block min-w-0 flex-1 basis-40"
          value={part.values}
          onChange={(event) => set({ values: event.target.value })}
        />
      )}
      <span className="flex flex-wrap gap-x-3 py-1 text-13">
        <label className="flex items-center gap-1">
          <input type="checkbox" checked={part.negate} onChange={(event) => set({ negate: event.target.checked })} />
          not<span className="sr-only"> ({label})</span>
        </label>
        {canFold(part.op) && (
          <label className="flex items-center gap-1">
            <input type="checkbox" checked={part.fold} onChange={(event) => set({ fold: event.target.checked })} />
            in any case<span className="sr-only"> ({label})</span>
          </label>
        )}
      </span>
    </>
  )
}
