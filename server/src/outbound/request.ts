import { type LookupAddress, lookup as lookupOfSystem } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type LookupFunction, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Resolves a name to all of its addresses. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export interface RequestOptions {
  /** Hosts inside the own network that the operator allows. */
  readonly internalHosts: readonly string[]
  readonly resolve?: Resolve
  readonly timeoutMs?: number
}

export interface Answered {
  readonly status: number
  readonly text: string
}

const mostBytes = 1_048_576

/** Posts to an address that somebody typed in. */
export const post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: RequestOptions,
): Promise<Answered> => request('POST', url, headers, body, options)

/** Asks an address that somebody typed in. */
export const get = (url: string, options: RequestOptions): Promise<Answered> =>
  request('GET', url, { 'user-agent': 'Sluice' }, '', options)

/**
 * A request to an address that somebody typed in. It reaches the public internet alone: every address of the name is
 * checked and the connection goes to one of those checked, so that a name cannot change its mind in between. Redirects are
 * not followed. Throws in words when there is no answer.
 */
async function request(
  method: 'GET' | 'POST',
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { internalHosts, resolve = resolveAll, timeoutMs = 5000 }: RequestOptions,
): Promise<Answered> {
  const { protocol, hostname } = new URL(url)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host)
  if (!internalHosts.includes(host)) checkAddresses(host, addresses)
  return send({ method, url, headers, body, addresses, timeoutMs }, protocol === 'https:' ? requestHttps : requestHttp)
}

function checkAddresses(host: string, addresses: readonly LookupAddress[]): void {
  if (addresses.length === 0) throw new Error(`${host} has no address.`)
  if (!addresses.every(({ address }) => isPublic(address)))
    throw new Error(
      `${host} lies inside a private network. If that is meant, name it in SLUICE_INTERNAL_HOSTS and restart.`,
    )
}

/** Whether an address belongs to the public internet; IPv4 written as IPv6 is judged as IPv4. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast'
}

interface Sending {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly addresses: readonly LookupAddress[]
  readonly timeoutMs: number
}

function send(
  { method, url, headers, body, addresses, timeoutMs }: Sending,
  open: typeof requestHttp,
): Promise<Answered> {
  const lookup = ((_host, options, done) => {
    const [first] = addresses
    if (options.all) done(null, [...addresses])
    else done(null, first?.address ?? '', first?.family)
  }) as LookupFunction
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const sent = open(url, { method, headers, lookup, signal, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > mostBytes) response.destroy(new Error('The answer is longer than 1 MiB.'))
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    sent.on('error', (error) =>
      reject(signal.aborted ? new Error(`No answer within ${timeoutMs / 1000} s.`, { cause: error }) : error),
    )
    sent.end(body)
  })
}

const resolveAll: Resolve = (host) =>
  new Promise((resolve, reject) =>
    lookupOfSystem(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses))),
  )
