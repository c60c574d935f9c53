import type { ReactNode } from 'react'
import { useId } from 'react'

/** A named field with what is wrong with it; the control gets the attributes that tie them together. */
export function Field({
  label,
  hint,
  error,
  className = '',
  children,
}: {
  label: string
  hint?: string
  error?: string | undefined
  className?: string
  children: (tied: { id: string; 'aria-invalid'?: true; 'aria-describedby'?: string }) => ReactNode
}) {
  const id = useId()
  const isNoted = error !== undefined || hint !== undefined
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={id} className="block text-13 font-semibold">
        {label}
      </label>
      <div className="mt-1">
        {children({
          id,
          ...(error === undefined ? {} : { 'aria-invalid': true as const }),
          ...(isNoted ? { 'aria-describedby': `${id}-note` } : {}),
        })}
      </div>
      {isNoted && (
        <p
          id={`${id}-note`}
          className={`mt-1 text-12 wrap-anywhere ${error === undefined ? 'text-muted' : 'text-fail'}`}
        >
          {error ?? hint}
        </p>
      )}
    </div>
  )
}
