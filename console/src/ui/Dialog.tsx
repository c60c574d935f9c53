import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

/** Back to what opened it; to the page's heading when that is gone, so that the keyboard never starts over. */
function returnFocus(opener: Element | null): boolean | HTMLElement {
  if (opener instanceof HTMLElement && opener !== document.body && opener.isConnected) return opener
  return document.querySelector<HTMLElement>('main h1') ?? true
}

/** A question over the page; Esc and the backdrop leave everything as it is. */
export function Dialog({
  title,
  subject,
  wide = false,
  isForm = false,
  open,
  opener = null,
  onClose,
  children,
}: {
  title: string
  /** What it is about: a name that people chose, in any script and length. */
  subject?: string
  wide?: boolean
  /** What was typed is not lost by a click beside it; Esc still leaves. */
  isForm?: boolean
  open: boolean
  opener?: Element | null
  onClose: () => void
  children: ReactNode
}) {
  return (
    <Base.Root open={open} disablePointerDismissal={isForm} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 bg-scrim" />
        <Base.Popup
          finalFocus={() => returnFocus(opener)}
          className={`fixed inset-x-4 mx-auto overflow-y-auto rounded-4 border border-edge bg-bg p-6 shadow-lg max-sm:p-4 short:top-2 short:max-h-[calc(100dvh-16px)] ${wide ? 'top-[min(6%,48px)] max-h-[calc(100dvh-min(6%,48px)-16px)] max-w-[840px]' : 'top-[min(18%,160px)] max-h-[calc(100dvh-min(18%,160px)-16px)] max-w-[480px]'}`}
        >
          <Base.Title className="text-16 font-semibold wrap-anywhere">
            {title}
            {subject !== undefined && (
              <>
                : <bdi>{subject}</bdi>
              </>
            )}
          </Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** The row of buttons at a dialog's end, with what has to be filled in; it stays in sight while the rest scrolls. */
export function DialogButtons({ above, children }: { above?: ReactNode; children: ReactNode }) {
  return (
    <div
      className={`sticky -bottom-6 -mx-6 -mb-6 mt-4 bg-bg px-6 pb-6 ${above === undefined ? 'pt-2' : 'border-t border-line'} max-sm:-bottom-4 max-sm:-mx-4 max-sm:-mb-4 max-sm:px-4 max-sm:pb-4 short:static`}
    >
      {above}
      <div className={`flex flex-wrap justify-end gap-2 ${above === undefined ? '' : 'mt-3'}`}>{children}</div>
    </div>
  )
}
