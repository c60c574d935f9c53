import { SluiceError, sessionInputSchema, sessionSchema } from '@sluice/contract'
import type { KeyRing } from '../../access/key-ring.ts'
import type { Principal } from '../../access/principal.ts'
import { createSession, endSession, redeemSignInLink } from '../../access/session-store.ts'
import type { EventParts } from '../../events/append-event.ts'
import type { Database } from '../../ports/database.ts'
import { isOwnOrigin } from '../authenticate.ts'
import { type CookieRules, expiredCookie, sessionCookie } from '../cookie.ts'
import { type Route, defineRoute, json, noContent } from '../route.ts'
import type { StreamHub } from '../stream.ts'

export interface SessionParts extends EventParts {
  readonly database: Database
  readonly keyRing: KeyRing
  readonly hub: StreamHub
  readonly cookie: CookieRules
  readonly publicUrl: string | null
}

const path = '/api/v1/session'
const answer = { description: 'Who is signed in.', schema: sessionSchema }

export function sessionRoutes(parts: SessionParts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path,
      summary: 'Who is signed in to the console.',
      answers: { 200: answer },
      handle: ({ principal }) => {
        if (principal.kind !== 'admin') throw notSignedIn()
        return json(sessionOf(principal))
      },
    }),
    defineRoute({
      method: 'POST',
      path,
      summary: 'Sign in with a one-time link or an admin key.',
      body: sessionInputSchema,
      answers: { 200: answer },
      handle: async ({ body: { token, key }, request }) => {
        refuseOtherSites(request, parts.publicUrl)
        const name = key === undefined ? await nameByToken(token ?? '', parts) : nameByKey(key, parts.keyRing)
        const { secret, principal } = await createSession(parts.database, name, parts)
        return json(sessionOf(principal), 200, { 'set-cookie': sessionCookie(parts.cookie, secret) })
      },
    }),
    defineRoute({
      method: 'DELETE',
      path,
      summary: 'Sign out.',
      answers: { 204: { description: 'Signed out.' } },
      handle: async ({ principal }) => {
        if (principal.via === 'session') {
          await endSession(parts.database, principal.id)
          parts.hub.closePrincipal(principal.id)
        }
        return noContent({ 'set-cookie': expiredCookie(parts.cookie) })
      },
    }),
  ]
}

const sessionOf = ({ id, name }: Principal) => ({ signedIn: true, person: { id, name } })

function notSignedIn(): SluiceError {
  return new SluiceError('UNAUTHENTICATED', 'Nobody is signed in here.', {
    hint: 'Open the one-time link that the server printed at its start, or sign in with an admin key.',
  })
}

/** Or another site could sign a visitor in as somebody else. Programs send no origin. */
function refuseOtherSites(request: Request, publicUrl: string | null): void {
  const origin = request.headers.get('origin')
  if (origin === null || isOwnOrigin(origin, request, publicUrl)) return
  throw new SluiceError('FORBIDDEN', 'This sign-in does not come from the console’s own page.', {
    hint: 'Open the console at the address of this server.',
  })
}

async function nameByToken(token: string, { database, clock }: SessionParts): Promise<string> {
  if (await redeemSignInLink(database, token, clock.now())) return 'admin'
  throw new SluiceError('UNAUTHENTICATED', 'This link was used before, or is older than an hour.', {
    hint: 'Start the server again to get a new link, or sign in with an admin key.',
  })
}

function nameByKey(key: string, keyRing: KeyRing): string {
  const principal = keyRing.find(key)
  if (principal?.kind === 'admin') return principal.name
  throw new SluiceError('UNAUTHENTICATED', 'This is not a valid admin key.', {
    hint: 'Sign in with a key of kind admin (slc_adm_…) or with SLUICE_ADMIN_KEY.',
  })
}
