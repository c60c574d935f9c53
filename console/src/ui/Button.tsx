import type { ComponentProps } from 'react'

/** `danger` opens a question, `destroy` answers it. */
type Kind = 'primary' | 'plain' | 'danger' | 'destroy'

const looks: Readonly<Record<Kind, string>> = {
  primary: 'bg-accent text-bg border-accent',
  plain: 'bg-bg text-text border-edge hover:bg-raised',
  danger: 'bg-bg text-fail border-edge hover:bg-raised hover:border-fail',
  destroy: 'bg-fail text-bg border-fail',
}

/** For links that stand among buttons. */
export const buttonLook = (kind: Kind): string =>
  `inline-flex min-h-8 items-center justify-center gap-2 rounded-4 border px-3 text-13 font-semibold disabled:opacity-50 pointer-coarse:min-h-11 ${looks[kind]}`

/** A button of at least 32 px, 44 on a touch screen. */
export function Button({ kind = 'plain', className = '', ...rest }: ComponentProps<'button'> & { kind?: Kind }) {
  return <button type="button" className={`${buttonLook(kind)} ${className}`} {...rest} />
}
