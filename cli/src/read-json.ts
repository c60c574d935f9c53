import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseJson } from './parse-json.ts'

/** A JSON file, or standard input for "-". Throws with the path where it cannot be read. */
export async function readJson(path: string): Promise<unknown> {
  const json = path === '-' ? await text(process.stdin) : await readFile(path, 'utf8').catch(cannotRead(path))
  try {
    return parseJson(json)
  } catch (error) {
    throw new Error(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

const cannotRead = (path: string) => (error: unknown) => {
  throw new Error(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
}
