import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CacheFile, fingerprintOf, readCacheFile } from './cache-file.ts'
import { FakeServer, plainFlag } from './testing/fake-server.ts'
import { fastClient, lineLogger } from './testing/fast-client.ts'

const owner = { environment: 'production', keyFingerprint: fingerprintOf('k1') }
let folder: string
let path: string
const faults: unknown[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-sdk-'))
  path = join(folder, 'flags.json')
})

afterEach(() => rm(folder, { recursive: true }))

async function written(snapshot: unknown) {
  const file = new CacheFile(path, owner, (thrown) => faults.push(thrown))
  file.write(snapshot)
  await file.settled()
}

describe('a cache file', () => {
  test('gives back what was written, for this owner only, and nobody else may read it', async () => {
    await written({ revision: 3 })
    expect(readCacheFile(path, owner)).toEqual({ revision: 3 })
    expect(readCacheFile(path, { ...owner, environment: 'staging' })).toBeNull()
    expect(readCacheFile(path, { ...owner, keyFingerprint: fingerprintOf('k2') })).toBeNull()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readFile(path, 'utf8')).not.toContain('k1')
  })

  test('keeps the last of many and leaves nothing else behind', async () => {
    const file = new CacheFile(path, owner, (thrown) => faults.push(thrown))
    for (let revision = 1; revision <= 50; revision++) file.write({ revision })
    await file.settled()
    expect(readCacheFile(path, owner)).toEqual({ revision: 50 })
    expect(await readdir(folder)).toEqual(['flags.json'])
    expect(faults).toEqual([])
  })

  test('that is torn or changed at any place is ignored', async () => {
    await written({ revision: 3, flags: { a: 'on' } })
    const whole = await readFile(path, 'utf8')
    for (let length = 0; length < whole.length - 1; length++) {
      await writeFile(path, whole.slice(0, length))
      expect(readCacheFile(path, owner), `cut at ${length}`).toBeNull()
    }
    await writeFile(path, whole.replace('"revision":3', '"revision":4'))
    expect(readCacheFile(path, owner)).toBeNull()
  })

  test('that cannot be written is reported and harms nobody', async () => {
    const file = new CacheFile(join(folder, 'no', 'such', 'folder.json'), owner, (thrown) => faults.push(thrown))
    file.write({ revision: 1 })
    await file.settled()
    expect(faults.splice(0)).toHaveLength(1)
  })

  test('brings a client up without a server, and is newer than its bootstrap', async () => {
    const server = await new FakeServer({ f: plainFlag('off') }).start()
    const bootstrap = server.snapshot()
    const first = fastClient(server.url, { cacheFile: path })
    await first.ready()
    const changed = new Promise((resolve) => first.on('change', resolve))
    server.patch({ f: plainFlag('on') })
    await changed
    await first.close()
    await server.stop()
    const second = fastClient(server.url, { cacheFile: path, bootstrap, initTimeoutMs: 20 })
    expect(await second.ready()).toEqual({ source: 'cache' })
    expect(second.isEnabled('f')).toBe(true)
    expect(second.status()).toMatchObject({ state: 'bootstrapped', revision: 2 })
    await second.close()
  })

  test('of rubbish does not stop a client from starting', async () => {
    await writeFile(path, '\0\0\0 not json')
    const logger = lineLogger()
    const client = fastClient('http://127.0.0.1:1', { cacheFile: path, initTimeoutMs: 5, logger })
    expect(await client.ready()).toEqual({ source: 'default' })
    await client.close()
  })
})
