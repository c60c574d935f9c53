import { Menu } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import { buttonLook } from './Button.tsx'

export interface MenuEntry {
  readonly label: string
  readonly tone?: 'fail'
  readonly onClick?: () => void
  /** A link instead of a button. */
  readonly render?: ReactElement
}

/** A button that opens a short list of things to do. It opens inside the page's main part, which screen readers jump to. */
export function ActionMenu({ label, entries }: { label: ReactNode; entries: readonly MenuEntry[] }) {
  return (
    <Menu.Root>
      <Menu.Trigger className={buttonLook('plain')}>
        {label} <span aria-hidden="true">▾</span>
      </Menu.Trigger>
      <Menu.Portal container={document.querySelector<HTMLElement>('main')}>
        <Menu.Positioner sideOffset={4} align="end" className="z-20">
          <Menu.Popup className="min-w-40 rounded-4 border border-edge bg-bg py-1 text-13 shadow-lg outline-none">
            {entries.map(({ label: text, tone, onClick, render }) => (
              <Menu.Item
                key={text}
                className={`block cursor-pointer px-3 py-1.5 outline-none data-highlighted:bg-sunken pointer-coarse:py-3 ${tone === 'fail' ? 'text-fail' : ''}`}
                {...(onClick === undefined ? {} : { onClick })}
                {...(render === undefined ? {} : { render })}
              >
                {text}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
