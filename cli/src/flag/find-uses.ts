import { readFile, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** A line of a file that names the flag. */
export interface Use {
  readonly file: string
  readonly line: number
  readonly text: string
}

const skipped = new Set(['node_modules', 'dist', 'build', 'coverage', 'vendor', 'target', '__pycache__'])
const largestFile = 1_000_000

/** Lines below a folder that hold the key as a word, or the variable that forces it. What was built or installed is left out. */
export async function findUses(folder: string, key: string): Promise<readonly Use[]> {
  const names = [key, `SLUICE_FORCE_${key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`].map((name) =>
    name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
  )
  const pattern = new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`)
  const uses: Use[] = []
  for await (const file of filesBelow(folder)) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text.length > largestFile || text.includes('\0') || !pattern.test(text)) continue
    for (const [i, line] of text.split('\n').entries())
      if (pattern.test(line)) uses.push({ file: relative(folder, file), line: i + 1, text: line.trim().slice(0, 160) })
  }
  return uses
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    // Hidden folders hold caches and histories; a hidden file such as .env may well force a flag.
    if (entry.isDirectory() && (skipped.has(entry.name) || entry.name.startsWith('.'))) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}
