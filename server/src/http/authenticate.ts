import { SluiceError } from '@sluice/contract'
import type { KeyRing } from '../access/key-ring.ts'
import type { Access } from '../access/policy.ts'
import { type Principal, nobody } from '../access/principal.ts'
import { type CookieRules, readCookie } from './cookie.ts'

export interface AuthParts {
  readonly keyRing: KeyRing
  readonly findSession: (secret: string) => Promise<Principal | null>
  readonly cookie: CookieRules
  /** Whether only this machine can connect. */
  readonly isLoopback: boolean
  readonly publicUrl: string | null
  readonly hasEnvironment: (name: string) => boolean
}

/** Who sends this. A wrong key is refused; a cookie that is no longer good is as none. */
export async function authenticate(request: Request, parts: AuthParts): Promise<Principal> {
  const key = presentedKey(request)
  if (key !== null) {
    const principal = parts.keyRing.find(key)
    if (principal) return principal
    throw new SluiceError(
      'UNAUTHENTICATED',
      'This key is not valid here: it is mistyped, revoked, or of another server.',
      {
        hint: 'Make a key on the console’s Keys page or with POST /api/v1/keys.',
      },
    )
  }
  const secret = readCookie(request, parts.cookie)
  return (secret === null ? null : await parts.findSession(secret)) ?? nobody
}

/** Lets a caller through, or says why not. A wrong environment is as one that does not exist. */
export function authorize(principal: Principal, access: Access, environment: string, parts: AuthParts): void {
  if (access === 'anyone' || (access === 'loopback' && parts.isLoopback)) return
  if (principal.kind === 'nobody')
    throw new SluiceError('UNAUTHENTICATED', 'This needs a key.', {
      hint: 'Send the header "Authorization: Bearer slc_…", or sign in to the console.',
    })
  if (access !== 'loopback' && !access.includes(principal.kind))
    throw new SluiceError('FORBIDDEN', `A key of kind "${principal.kind}" may not do that.`, {
      hint: `Use a key of kind ${access.join(' or ')}.`,
    })
  if (environment === '') return
  const isOwn = principal.environment === null || principal.environment === environment
  if (!isOwn || !parts.hasEnvironment(environment)) throw environmentNotFound(environment)
}

export function environmentNotFound(environment: string): SluiceError {
  return new SluiceError('NOT_FOUND', `This key knows no environment "${environment.slice(0, 100)}".`, {
    hint: 'A server, client or ingest key opens only the environment it was made for.',
  })
}

/** A browser sends the cookie by itself, also for another site's page: changes have to come from our own pages. */
export function refuseForeignOrigin(request: Request, { publicUrl }: AuthParts): void {
  const origin = request.headers.get('origin')
  if (origin !== null && isOwnOrigin(origin, request, publicUrl)) return
  throw new SluiceError('FORBIDDEN', 'This change does not come from the console’s own page.', {
    hint:
      publicUrl === null
        ? 'Open the console at the address of this server; programs use a key.'
        : `Open the console at ${publicUrl}; programs use a key.`,
  })
}

export function isOwnOrigin(origin: string, request: Request, publicUrl: string | null): boolean {
  const given = URL.parse(origin)
  if (!given) return false
  if (publicUrl !== null && given.origin === URL.parse(publicUrl)?.origin) return true
  return given.host === (request.headers.get('host') ?? new URL(request.url).host)
}

function presentedKey(request: Request): string | null {
  const authorization = request.headers.get('authorization')
  // OFREP clients may send their key in a header of its own.
  if (authorization === null) return request.headers.get('x-api-key')
  return /^Bearer +(\S+)\s*$/i.exec(authorization)?.[1] ?? authorization
}
