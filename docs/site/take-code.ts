import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const indentOf = (line: string): number => line.length - line.trimStart().length
const isBlank = (line: string): boolean => line.trim() === ''
const isComment = (line: string): boolean => /^\s*(\/\/|\/\*\*| \*)/.test(line)
const closes = (line: string): boolean => /^[})\]]/.test(line.trimStart())
const opens = (line: string): boolean => /([{([]|=>)$/.test(line.trimEnd())

/**
 * The code of a file of the repository: all of it, or from the first line that holds `start` to the end of that statement, with
 * the comment above it. Throws when nothing holds it, so that a page cannot show what is no longer there.
 */
export function takeCode(root: string, path: string, start = ''): string {
  const lines = readFileSync(join(root, path), 'utf8').trimEnd().split('\n')
  if (start === '') return lines.join('\n')
  let from = lines.findIndex((line) => line.includes(start))
  const first = lines[from]
  if (first === undefined) throw new Error(`${path} has no line with "${start}".`)
  const indent = indentOf(first)
  let to = from + 1
  const isInside = (line: string): boolean => isBlank(line) || indentOf(line) > indent || closes(line)
  for (let isOpen = true; isOpen && to < lines.length && isInside(lines[to] ?? ''); to++) {
    const line = lines[to] ?? ''
    isOpen = isBlank(line) || indentOf(line) > indent || opens(line)
  }
  while (from > 0 && isComment(lines[from - 1] ?? '')) from -= 1
  return lines
    .slice(from, to)
    .map((line) => line.slice(Math.min(indent, indentOf(line))))
    .join('\n')
    .trimEnd()
}
