/** The console and the API: nothing from elsewhere, nothing inline, in nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** For a page that brings its styles and pictures along and runs nothing, such as a report. */
export const selfContainedPagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** On every answer; a handler's own wins. */
export function withSecurityHeaders(response: Response, requestId: string): Response {
  const defaults = {
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-request-id': requestId,
    // What a key or a cookie may see is nobody's to keep.
    'cache-control': 'no-store',
  }
  for (const [name, value] of Object.entries(defaults))
    if (!response.headers.has(name)) response.headers.set(name, value)
  return response
}

/** Lets pages of any origin read the answer. Without credentials: a browser sends no cookie along, and no page can act as us. */
export function withCrossOrigin(response: Response): Response {
  response.headers.set('access-control-allow-origin', '*')
  response.headers.set('access-control-expose-headers', 'etag, retry-after, x-request-id')
  response.headers.set('cross-origin-resource-policy', 'cross-origin')
  return response
}

/** The answer to a browser that asks whether a page of another origin may send such a request. */
export function preflight(methods: readonly string[]): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers':
        'authorization, content-type, if-none-match, last-event-id, x-api-key, x-sluice-instance, x-sluice-sdk',
      'access-control-max-age': '86400',
    },
  })
}

/** A header as UTF-8, though HTTP hands it over letter by letter; null when missing. */
export function textHeader(request: Request, name: string): string | null {
  const value = request.headers.get(name)
  if (value === null) return null
  const decoded = Buffer.from(value, 'latin1').toString('utf8')
  return decoded.includes('\ufffd') ? value : decoded
}
