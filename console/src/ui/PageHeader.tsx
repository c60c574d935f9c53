import type { ReactNode } from 'react'
import { useEffect } from 'react'

/** A page's name, also on the tab, with what can be done on the right. */
export function PageHeader({ title, place, children }: { title: string; place: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${place}`
  }, [title, place])
  return (
    <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <h1 className="text-20 font-semibold" tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  )
}
