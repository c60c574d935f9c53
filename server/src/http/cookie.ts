import { sessionLifetimeMs } from '../access/session-store.ts'

export interface CookieRules {
  readonly name: string
  readonly attributes: string
}

/** Over https the name itself forbids other hosts to set it; not every browser keeps a Secure cookie on loopback. */
export function cookieRules(isSecure: boolean): CookieRules {
  const lifetime = `Max-Age=${sessionLifetimeMs / 1000}; Path=/; HttpOnly`
  return isSecure
    ? { name: '__Host-sluice', attributes: `${lifetime}; Secure; SameSite=Lax` }
    : { name: 'sluice', attributes: `${lifetime}; SameSite=Strict` }
}

export const sessionCookie = ({ name, attributes }: CookieRules, secret: string): string =>
  `${name}=${secret}; ${attributes}`

export const expiredCookie = ({ name, attributes }: CookieRules): string =>
  `${name}=; ${attributes.replace(/Max-Age=\d+/, 'Max-Age=0')}`

export function readCookie(request: Request, { name }: CookieRules): string | null {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name && value) return value
  }
  return null
}
