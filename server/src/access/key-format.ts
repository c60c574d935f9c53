import { createHash, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { KeyKind } from '@sluice/contract'
import type { Random } from '../ports/random.ts'

/** Three letters for each kind, so that a scanner that finds a key knows what it opens. */
const codes: Record<KeyKind, string> = {
  server: 'srv',
  client: 'cli',
  ingest: 'ing',
  viewer: 'vwr',
  editor: 'edt',
  admin: 'adm',
}
const pattern = /^(slc_(?:srv|cli|ing|vwr|edt|adm)_[a-z0-9-]+_[A-Za-z0-9]{43})([A-Za-z0-9]{6})$/
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** `slc_srv_production_…`: 256 random bits and a check over all that stands before it. */
export function mintKey(kind: KeyKind, environment: string | null, random: Random): string {
  const body = `slc_${codes[kind]}_${environment ?? 'all'}_${random.secret()}`
  return body + checkOf(body)
}

/** Whether the check is right: a mistyped or made-up key needs no look-up. */
export function isWellFormedKey(text: string): boolean {
  const [, body = '', check] = pattern.exec(text) ?? []
  return check !== undefined && checkOf(body) === check
}

export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Takes the same time wherever the two differ. */
export function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function checkOf(body: string): string {
  let left = crc32(body)
  let text = ''
  for (let i = 0; i < 6; i += 1) {
    text = alphabet[left % 62] + text
    left = Math.floor(left / 62)
  }
  return text
}
