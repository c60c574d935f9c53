import { useEffect, useRef, useState } from 'react'

const quietMs = 150

/** A search that follows the typing at a short distance; `/` puts the cursor into it. */
export function SearchField({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (value: string) => void
}) {
  const [text, setText] = useState(value)
  const timer = useRef(0)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => setText(value), [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select')
      if (event.key !== '/' || isTyping || event.metaKey || event.ctrlKey || event.altKey) return
      event.preventDefault()
      field.current?.focus()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
  return (
    <input
      ref={field}
      type="search"
      aria-label={label}
      placeholder={label}
      aria-keyshortcuts="/"
      dir="auto"
      className="field w-full sm:w-60"
      value={text}
      onChange={(event) => {
        const next = event.target.value
        setText(next)
        clearTimeout(timer.current)
        timer.current = window.setTimeout(() => onChange(next), quietMs)
      }}
    />
  )
}
