import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('a reader that has seen enough ends a command quietly', async () => {
  const main = fileURLToPath(new URL('../bin/sluice.mjs', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@sluice/source', main, 'help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.destroy()
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  expect([code, said]).toEqual([0, ''])
})
