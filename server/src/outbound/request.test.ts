import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { isPublic, post } from './request.ts'

async function receiver(answer: (path: string) => { status: number; headers?: Record<string, string> } | null) {
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    const { status, headers } = answer(request.url ?? '') ?? {}
    if (status !== undefined) response.writeHead(status, headers).end('fine')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { paths, port: (server.address() as AddressInfo).port }
}

test.each([
  '127.0.0.1',
  '127.1.2.3',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '0.0.0.0',
  '100.64.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '192.0.2.1',
  '::1',
  '::',
  'fc00::1',
  'fe80::1',
  '::ffff:127.0.0.1',
  '::ffff:a00:1',
  'ff02::1',
  '2001:db8::1',
  '64:ff9b::7f00:1',
  'nonsense',
])('%s is not the public internet', (address) => {
  expect(isPublic(address)).toBe(false)
})

test.each(['93.184.215.14', '8.8.8.8', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '::ffff:8.8.8.8'])(
  '%s is',
  (address) => {
    expect(isPublic(address)).toBe(true)
  },
)

test.each(['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost'])(
  'nothing goes to http://%s unless the operator says so',
  async (host) => {
    const { port, paths } = await receiver(() => ({ status: 200 }))
    await expect(post(`http://${host}:${port}/`, {}, '{}', { internalHosts: [] })).rejects.toThrow(/private network/)
    expect(paths).toEqual([])
  },
)

test('one private address among public ones is enough to refuse a name', async () => {
  const resolve = async () => [
    { address: '8.8.8.8', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ]
  const sent = post('http://both.example/', {}, '{}', { internalHosts: [], resolve })
  await expect(sent).rejects.toThrow(/both\.example lies inside a private network/)
})

test('the connection goes to the addresses that were checked, whatever the name says later', async () => {
  const { port, paths } = await receiver(() => ({ status: 200 }))
  let asked = 0
  const resolve = async () => {
    asked += 1
    return [{ address: '127.0.0.1', family: 4 }]
  }
  const answer = await post(`http://hooks.example:${port}/a`, {}, '{}', { internalHosts: ['hooks.example'], resolve })
  expect([answer.status, answer.text, asked, paths]).toEqual([200, 'fine', 1, ['/a']])
})

test('a redirect is an answer, not a way on', async () => {
  const { port, paths } = await receiver(() => ({ status: 302, headers: { location: '/secret' } }))
  const { status } = await post(`http://127.0.0.1:${port}/a`, {}, '{}', { internalHosts: ['127.0.0.1'] })
  expect([status, paths]).toEqual([302, ['/a']])
})

test('who does not answer in time is told of in words', async () => {
  const { port } = await receiver(() => null)
  const sent = post(`http://127.0.0.1:${port}/`, {}, '{}', { internalHosts: ['127.0.0.1'], timeoutMs: 100 })
  await expect(sent).rejects.toThrow('No answer within 0.1 s.')
})
