import { Button } from '../../ui/Button.tsx'
import { useFault } from '../../ui/faults.ts'
import type { ServeValues } from './flag-form.ts'

const split = '\0split'

/** One variant, or a percent for each of several. */
export function ServeFields({
  label,
  at,
  value,
  variants,
  orDefault = false,
  onChange,
}: {
  label: string
  at: string
  value: ServeValues
  variants: readonly string[]
  /** Whether the default in the code may be meant. */
  orDefault?: boolean
  onChange: (value: ServeValues) => void
}) {
  const fault = useFault()
  const choose = (choice: string): void => {
    if (choice !== split) return onChange({ ...value, kind: 'variant', variant: choice })
    const parts = value.parts.length > 0 ? value.parts : variants.map((variant) => ({ variant, percent: '' }))
    onChange({ ...value, kind: 'split', parts })
  }
  const names = variants.includes(value.variant) || value.variant === '' ? variants : [...variants, value.variant]
  return (
    <div>
      <select
        aria-label={label}
        aria-invalid={fault(at) !== undefined}
        className="field field-small max-w-full"
        value={value.kind === 'split' ? split : value.variant}
        onChange={(event) => choose(event.target.value)}
      >
        {(orDefault || value.variant === '') && (
          <option value="">{orDefault ? 'the default in the code' : 'Choose a variant'}</option>
        )}
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
        <option value={split}>a split of several</option>
      </select>
      {value.kind === 'split' && <Parts label={label} value={value} variants={variants} onChange={onChange} />}
      {fault(at) && (
        <p role="alert" className="mt-1 text-12 text-fail wrap-anywhere">
          {fault(at)}
        </p>
      )}
    </div>
  )
}

function Parts(props: {
  label: string
  value: ServeValues
  variants: readonly string[]
  onChange: (value: ServeValues) => void
}) {
  const { label, value, variants, onChange } = props
  const { parts } = value
  const change = (index: number, part: Partial<ServeValues['parts'][number]>): void =>
    onChange({
      ...value,
      parts: parts.map((each, i) => (i === index ? { ...each, ...part } : each)),
    })
  return (
    <ul className="mt-1 space-y-1">
      {parts.map(({ variant, percent }, index) => (
        // A variant may stand twice, so the place is the name.
        <li key={index} className="flex flex-wrap items-center gap-2">
          <input
            aria-label={`Percent ${index + 1} of ${label}`}
            inputMode="decimal"
            className="field field-small w-20 text-right"
            value={percent}
            onChange={(event) => change(index, { percent: event.target.value })}
          />
          <span aria-hidden="true">%</span>
          <select
            aria-label={`Variant ${index + 1} of ${label}`}
            className="field field-small"
            value={variant}
            onChange={(event) => change(index, { variant: event.target.value })}
          >
            {(variants.includes(variant) ? variants : [...variants, variant]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <Button
            aria-label={`Remove part ${index + 1} of ${label}`}
            onClick={() => onChange({ ...value, parts: parts.toSpliced(index, 1) })}
          >
            Remove
          </Button>
        </li>
      ))}
      <li>
        <Button onClick={() => onChange({ ...value, parts: [...parts, { variant: variants[0] ?? '', percent: '' }] })}>
          Add a part<span className="sr-only"> to {label}</span>
        </Button>
      </li>
    </ul>
  )
}
