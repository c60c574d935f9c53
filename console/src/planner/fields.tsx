import { useId, useState } from 'react'
import type { ReactNode } from 'react'

/** A number with its name above it. What is typed stays as typed; only numbers are handed on. */
export function NumberField({
  label,
  value,
  step,
  suffix,
  hidden = false,
  onChange,
}: {
  label: string
  value: number
  step: number | 'any'
  suffix?: string
  /** The name is for screen readers only: the head of the column says it to all others. */
  hidden?: boolean
  onChange: (value: number) => void
}) {
  const id = useId()
  const [typed, setTyped] = useState(String(value))
  const shown = Number(typed) === value ? typed : String(value)
  return (
    <div className="min-w-0">
      <label htmlFor={id} className={hidden ? 'sr-only' : 'eyebrow block'}>
        {label}
      </label>
      <span className="flex items-center gap-1">
        <input
          id={id}
          type="number"
          inputMode="decimal"
          min={0}
          step={step}
          className="field w-full min-w-0 pointer-coarse:min-h-11"
          value={typed === '' ? '' : shown}
          onChange={({ target }) => {
            setTyped(target.value)
            if (target.value !== '' && Number.isFinite(Number(target.value))) onChange(Number(target.value))
          }}
        />
        {suffix !== undefined && <span className="text-13 text-muted">{suffix}</span>}
      </span>
    </div>
  )
}

export function Choice<T extends string>({
  label,
  value,
  options,
  hidden = false,
  onChange,
}: {
  label: string
  value: T
  options: Readonly<Record<T, string>>
  hidden?: boolean
  onChange: (value: T) => void
}) {
  const id = useId()
  return (
    <div className="min-w-0">
      <label htmlFor={id} className={hidden ? 'sr-only' : 'eyebrow block'}>
        {label}
      </label>
      <select
        id={id}
        className="field w-full min-w-0 pointer-coarse:min-h-11"
        value={value}
        onChange={({ target }) => onChange(target.value as T)}
      >
        {Object.entries<string>(options).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="border-t border-line pt-3">
      <legend className="pr-2 text-14 font-semibold">{title}</legend>
      {children}
    </fieldset>
  )
}
