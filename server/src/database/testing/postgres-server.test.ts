import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { startPostgres, urlOfDatabase } from './postgres-server.ts'

test('PostgreSQL starts, answers, stops, and leaves nothing behind', async () => {
  const server = await startPostgres()
  const pid = readPid(server.folder)
  const client = new Client({ connectionString: urlOfDatabase(server.folder, 'postgres') })
  await client.connect()
  const { rows } = await client.query(`select current_setting('server_version_num')::int / 10000 as version`)
  await client.end()
  await server.stop()
  expect(rows).toEqual([{ version: 15 }])
  expect([isAlive(pid), existsSync(server.folder)]).toEqual([false, false])
})

test('kill -9 of the process that started PostgreSQL ends PostgreSQL too', async () => {
  const module = new URL('postgres-server.ts', import.meta.url)
  const script = `import { startPostgres } from '${module}'; console.log((await startPostgres()).folder)`
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [text] = (await once(starter.stdout.setEncoding('utf8'), 'data')) as [string]
  const folder = text.trim()
  const pid = readPid(folder)
  starter.kill('SIGKILL')
  while (isAlive(pid) || existsSync(folder)) await wait(20)
  expect([isAlive(pid), existsSync(folder)]).toEqual([false, false])
})

test('a supervisor told to end before the server is up leaves nothing behind', async () => {
  const supervisor = spawn(process.execPath, [fileURLToPath(new URL('postgres-supervisor.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  supervisor.stdin.end()
  const [code] = (await once(supervisor, 'exit')) as [number]
  expect(code).toBe(0)
})

function readPid(folder: string): number {
  return Number(readFileSync(`${folder}/data/postmaster.pid`, 'utf8').split('\n')[0])
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
