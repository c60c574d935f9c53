import { readFile } from 'node:fs/promises'
import { configFileSchema, fieldErrors } from '@sluice/contract'
import type { ConfigFile, FieldError } from '@sluice/contract'
import { LineCounter, isMap, isSeq, parseDocument } from 'yaml'
import type { Document } from 'yaml'

/** A file that was read, and where in it a pointer leads. */
export interface ReadConfig {
  readonly config: ConfigFile
  readonly lineOf: (pointer: string) => number | null
}

/** Reads `sluice.yaml` (YAML 1.2, JSON is part of it). Throws with every fault and its line. */
export async function readConfigFile(path: string): Promise<ReadConfig> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  })
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  if (document.errors.length > 0)
    throw new Error(
      document.errors.map(({ message, pos }) => `${path}:${lines.linePos(pos[0]).line}: ${message}`).join('\n'),
    )
  const lineOf = (pointer: string): number | null => lineAt(document, pointer, lines)
  const parsed = configFileSchema.safeParse(document.toJS() ?? {})
  if (!parsed.success) throw new Error(faultsText(path, fieldErrors(parsed.error).errors, lineOf))
  return { config: parsed.data, lineOf }
}

export const faultsText = (
  path: string,
  faults: readonly FieldError[],
  lineOf: (pointer: string) => number | null,
): string =>
  faults
    .map(({ pointer, message }) => {
      const line = lineOf(pointer)
      return `${path}${line === null ? '' : `:${line}`}: ${pointer || '(whole file)'}: ${message}`
    })
    .join('\n')

/** The line of what the pointer names, or of the nearest thing around it that stands in the file. */
function lineAt(document: Document, pointer: string, lines: LineCounter): number | null {
  let node: unknown = document.contents
  let offset: number | undefined
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === name)
      if (!pair) break
      offset = (pair.key as { range?: readonly number[] }).range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(name)]
      offset = (node as { range?: readonly number[] } | undefined)?.range?.[0] ?? offset
    } else break
  }
  return offset === undefined ? null : lines.linePos(offset).line
}
