import { readFile } from 'node:fs/promises'

/** A JSON file, or standard input for "-". Throws with the path where it cannot be read. */
export async function readJson(path: string): Promise<unknown> {
  const text = path === '-' ? await readStandardInput() : await readFile(path, 'utf8').catch(cannotRead(path))
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new Error(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

async function readStandardInput(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin) text += String(chunk)
  return text
}

const cannotRead = (path: string) => (error: unknown) => {
  throw new Error(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
}
