import { useState } from 'react'
import { keep, recall } from './kept.ts'

const themes = { system: 'System', light: 'Light', dark: 'Dark' } as const
type Theme = keyof typeof themes

const asTheme = (text: string | null): Theme => (text === 'light' || text === 'dark' ? text : 'system')

function apply(theme: Theme): void {
  keep('theme', theme === 'system' ? null : theme)
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

/** Light, dark, or what the system says; `public/theme.js` applies it again before the next first paint. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(() => asTheme(recall('theme')))
  return (
    <label>
      Theme{' '}
      <select
        value={theme}
        className="field field-small"
        onChange={(event) => {
          const chosen = asTheme(event.target.value)
          apply(chosen)
          setTheme(chosen)
        }}
      >
        {Object.entries(themes).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  )
}
