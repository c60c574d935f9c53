// A process of its own around PostgreSQL. It ends when its standard input does, so that the server is stopped and its
// folder removed however the tests end, even by `kill -9`. It says where the server is in one line of JSON.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { chooseServerUser, copyPostgres, makeServerFolder } from './postgres-binaries.ts'

const READY = 'database system is ready to accept connections'

const user = chooseServerUser()
const folder = makeServerFolder(user)
const native = join(folder, 'native')
const data = join(folder, 'data')
// Not in the caller's folder, which the server's user may not enter; and its messages in English.
const surroundings = { ...user, cwd: folder, env: { LC_ALL: 'C', TZ: 'UTC' } }

let server: ChildProcess | undefined
let isStopping = false
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
process.stdout.on('error', stop)
process.stdin.on('end', stop).on('error', stop).resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)

try {
  copyPostgres(native)
  createCluster()
  server = startServer()
} catch (error) {
  fail((error as Error).message)
}

function createCluster(): void {
  const options = [
    '--username=sluice',
    '--auth=trust',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
    '--no-instructions',
  ]
  execFileSync(join(native, 'bin/initdb'), [`--pgdata=${data}`, ...options], {
    ...surroundings,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
}

function startServer(): ChildProcess {
  // No port is opened: the socket lies in a folder that nobody else may enter. What makes data durable is off.
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'max_connections=400', 'fsync=off']
  settings.push('synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=64MB', 'autovacuum=off')
  const options = settings.flatMap((setting) => ['-c', setting])
  const child = spawn(join(native, 'bin/postgres'), ['-D', data, ...options], {
    ...surroundings,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  let isReady = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000)
    if (isReady || !log.includes(READY)) return
    isReady = true
    process.stdout.write(`${JSON.stringify({ folder })}\n`)
  })
  child.on('error', (error) => fail(error.message))
  child.on('exit', () => (isStopping ? process.exit(0) : fail(log)))
  return child
}

function stop(): void {
  isStopping = true
  // SIGQUIT: at once, without writing anything down.
  if (server?.exitCode === null && server.signalCode === null) server.kill('SIGQUIT')
  else process.exit(0)
}

function fail(text: string): void {
  process.stderr.write(`PostgreSQL failed: ${text}\n`)
  process.exit(1)
}
