import type { KeyRing } from '../../access/key-ring.ts'
import { isSameHash } from '../../access/key-format.ts'

/** Whose channel it is, and of which environment. */
export interface ChannelReader {
  readonly keyId: string
  readonly environment: string
}

/**
 * The token in the address of an event stream, as browsers send no headers there. It opens notices of change and nothing
 * else, tells nothing of the key, stays the same over restarts (a client that is answered 304 keeps its old one) and ends with
 * the key. Null for readers without a key.
 */
export function channelOf(keyId: string, environment: string, keyRing: KeyRing): string | null {
  const signature = keyRing.sign(keyId, `ofrep ${environment}`)
  return signature && `${environment}.${keyId}.${signature}`
}

export function readChannel(channel: string, keyRing: KeyRing): ChannelReader | null {
  const [, environment = '', keyId = '', signature = ''] = /^([^.]+)\.(.+)\.([^.]+)$/.exec(channel) ?? []
  const expected = keyRing.sign(keyId, `ofrep ${environment}`)
  return expected !== null && isSameHash(signature, expected) ? { keyId, environment } : null
}
