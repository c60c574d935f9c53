import { z } from 'zod'

/** Every way a request can fail: its HTTP status and what it means. RFC 9457 `type` is `/problems/<code in lower case>`. */
export const problems = {
  INVALID_INPUT: { status: 400, title: 'The request has the wrong shape' },
  UNAUTHENTICATED: { status: 401, title: 'A valid key is needed' },
  FORBIDDEN: { status: 403, title: 'This key may not do that' },
  NOT_FOUND: { status: 404, title: 'There is no such thing' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This address does not know that method' },
  ALREADY_EXISTS: { status: 409, title: 'It exists already' },
  STATE_CONFLICT: { status: 409, title: 'The present state does not allow that' },
  VERSION_CONFLICT: { status: 412, title: 'It was changed in the meantime' },
  TOO_LARGE: { status: 413, title: 'The request is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The request must be JSON' },
  UNPROCESSABLE: { status: 422, title: 'The request breaks a rule' },
  KEY_REUSED: { status: 422, title: 'The idempotency key was used with another request' },
  LIMIT_EXCEEDED: { status: 429, title: 'Too many requests' },
  INTERNAL: { status: 500, title: 'Something failed on our side' },
  UNAVAILABLE: { status: 503, title: 'Not ready' },
  STORAGE_FULL: { status: 507, title: 'The disk is full' },
} as const

export type ProblemCode = keyof typeof problems

/** One fault in a request, at the place an RFC 6901 pointer names. */
export const fieldErrorSchema = z.strictObject({ pointer: z.string(), code: z.string(), message: z.string() })
export type FieldError = z.infer<typeof fieldErrorSchema>

/** A field whose shape is fine and whose content cannot be used. */
export const brokenRule = (pointer: string, message: string): FieldError => ({ pointer, code: 'rule', message })

/** The body of every refusal (RFC 9457). `hint` says what to do next. */
export const problemSchema = z.strictObject({
  type: z.string().describe('/problems/ and the code.'),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string().describe('What is wrong here.'),
  hint: z.string().optional().describe('What to do next.'),
  requestId: z.string().optional().describe('Stands in the log of the server too.'),
  errors: z.array(fieldErrorSchema).optional().describe('Each bad field.'),
  current: z.unknown().optional().describe('What is there now, where that is what stands in the way.'),
})
export type Problem = z.infer<typeof problemSchema>

/** The one error class of the shell: a problem on its way to the edge. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError'
  readonly code: ProblemCode
  readonly hint: string | undefined
  readonly errors: readonly FieldError[]
  readonly current: unknown

  constructor(
    code: ProblemCode,
    detail: string,
    more: { hint?: string; errors?: readonly FieldError[]; current?: unknown; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause })
    this.code = code
    this.hint = more.hint
    this.errors = more.errors ?? []
    this.current = more.current
  }
}
