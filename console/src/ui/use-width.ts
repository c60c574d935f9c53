import { useCallback, useRef, useState } from 'react'

/** The width an element really has, so that a picture's letters keep their size on a phone. */
export function useWidth(initial: number): readonly [(element: HTMLElement | null) => void, number] {
  const [width, setWidth] = useState(initial)
  const observer = useRef<ResizeObserver | null>(null)
  const measure = useCallback((element: HTMLElement | null) => {
    observer.current?.disconnect()
    if (!element) return
    observer.current = new ResizeObserver(
      ([entry]) => entry && setWidth(Math.max(240, Math.round(entry.contentRect.width))),
    )
    observer.current.observe(element)
  }, [])
  return [measure, width]
}
