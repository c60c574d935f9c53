import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from './open-database.ts'
import { makeSqliteFile } from './testing/each-engine.ts'

const HOLD_DATABASE = fileURLToPath(new URL('testing/hold-database.ts', import.meta.url))
const ADDRESS = 'http://127.0.0.1:4400'
const REMEDY = 'One server per SQLite file: stop it, choose another file, or use PostgreSQL.'

test('a second process is refused, and told who has the file and what to do', async () => {
  const file = makeFile()
  const owner = await hold(file.url)
  const second = await hold(file.url)
  const who = `pid ${owner.process.pid} on ${hostname()}, ${ADDRESS}`
  expect([owner.said, second.said]).toEqual(['open', `sluice.db is in use by Sluice (${who}). ${REMEDY}`])
  expect(await second.exitCode).toBe(1)
})

test('the same process is refused too, and under another name of the file', async () => {
  const file = makeFile()
  const database = await openDatabase(file.url)
  const link = join(dirname(file.path), 'link.db')
  symlinkSync(file.path, link)
  const text = `sluice.db is in use by Sluice (pid ${process.pid} on ${hostname()}). ${REMEDY}`
  await expect(openDatabase(file.url)).rejects.toThrow(text)
  await expect(openDatabase(`sqlite:${link}`)).rejects.toThrow(text)
  await database.close()
})

test('kill -9 of the owner frees the file, with its data', async () => {
  const file = makeFile()
  const owner = await hold(file.url)
  owner.process.kill('SIGKILL')
  await owner.exitCode
  expect(JSON.parse(readFileSync(`${file.path}.owner.json`, 'utf8'))).toMatchObject({ pid: owner.process.pid })
  const next = await hold(file.url)
  expect(next.said).toBe('open')
})

test('an owner that is stopped, not ended, keeps the file', async () => {
  const file = makeFile()
  const owner = await hold(file.url)
  owner.process.kill('SIGSTOP')
  const second = await hold(file.url)
  owner.process.kill('SIGCONT')
  expect(second.said).toContain(`pid ${owner.process.pid}`)
})

test('of eight that start at once exactly one gets the file', async () => {
  const file = makeFile()
  const all = await Promise.all(Array.from({ length: 8 }, () => hold(file.url)))
  const said = all.map((holder) => holder.said)
  expect(said.filter((text) => text === 'open')).toHaveLength(1)
  expect(said.filter((text) => text.includes('is in use by Sluice'))).toHaveLength(7)
})

test('closing frees the file and takes the name of its owner away', async () => {
  const file = makeFile()
  const first = await openDatabase(file.url)
  await first.close()
  expect(existsSync(`${file.path}.owner.json`)).toBe(false)
  const second = await openDatabase(file.url)
  await second.close()
})

test('a file that cannot be opened is not left locked', async () => {
  const file = makeFile()
  mkdirSync(file.path)
  await expect(openDatabase(file.url)).rejects.toThrow(`Cannot open the SQLite database ${file.path}`)
  expect(existsSync(`${file.path}.owner.json`)).toBe(false)
})

function makeFile(): ReturnType<typeof makeSqliteFile> {
  const file = makeSqliteFile()
  onTestFinished(file.drop)
  return file
}

interface Holder {
  process: ChildProcessByStdio<Writable, Readable, null>
  /** Its first line: `open`, or why it was refused. */
  said: string
  exitCode: Promise<number | null>
}

async function hold(url: string): Promise<Holder> {
  const child = spawn(process.execPath, [HOLD_DATABASE, url, ADDRESS], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exitCode = once(child, 'exit').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exitCode
  })
  const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return { process: child, said: text.trim(), exitCode }
}
