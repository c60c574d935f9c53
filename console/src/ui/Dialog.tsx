import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

/** A question over the page; Esc and the backdrop leave everything as it is. */
export function Dialog({
  title,
  open,
  onClose,
  children,
}: {
  title: string
  open: boolean
  onClose: () => void
  children: ReactNode
}) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 bg-text/30" />
        <Base.Popup className="fixed inset-x-4 top-[18%] mx-auto max-w-[480px] rounded-4 border border-edge bg-bg p-6 shadow-lg">
          <Base.Title className="text-16 font-semibold">{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
