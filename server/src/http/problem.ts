import { type Problem, SluiceError, problems } from '@sluice/contract'
import { DatabaseError, isLockTimeout, isRetryable, isStorageFull } from '../database/database-error.ts'
import type { Logger } from '../ports/logger.ts'

/** Every refusal on its way out: RFC 9457, with the request's id and no inside knowledge. */
export function problemResponse(error: SluiceError, requestId: string, headers: Record<string, string> = {}): Response {
  const { status } = problems[error.code]
  return new Response(JSON.stringify(problemBody(error, requestId)), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(error.code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer' } : {}),
      ...(error.code === 'UNAVAILABLE' || error.code === 'LIMIT_EXCEEDED' ? { 'retry-after': '5' } : {}),
      ...headers,
    },
  })
}

function problemBody({ code, message, hint, errors, current }: SluiceError, requestId: string): Problem {
  const { status, title } = problems[code]
  return {
    type: `/problems/${code.toLowerCase()}`,
    title,
    status,
    code,
    detail: message,
    ...(hint === undefined ? {} : { hint }),
    requestId,
    ...(errors.length === 0 ? {} : { errors: [...errors] }),
    ...(current === undefined ? {} : { current }),
  }
}

/** What a failure is to the outside. Whatever is not a refusal is logged whole and told in general words. */
export function toSluiceError(error: unknown, requestId: string, logger: Logger): SluiceError {
  if (error instanceof SluiceError) return error
  if (isStorageFull(error)) {
    logger.error('The disk is full.', { requestId, error })
    return new SluiceError('STORAGE_FULL', 'The disk is full: nothing was changed. Reads go on.', {
      cause: error,
      hint: 'Free some space; no restart is needed.',
    })
  }
  if (isAway(error)) {
    logger.warn('The database did not answer.', { requestId, error })
    return new SluiceError('UNAVAILABLE', 'The database does not answer: nothing was changed.', {
      cause: error,
      hint: 'Try again in a few seconds.',
    })
  }
  logger.error('A request failed.', { requestId, error })
  return new SluiceError('INTERNAL', 'Something failed on our side.', {
    cause: error,
    hint: `Tell the operator the request id ${requestId}: the log holds the rest.`,
  })
}

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '08006',
])

function isAway(error: unknown): boolean {
  if (isLockTimeout(error) || isRetryable(error)) return true
  if (error instanceof DatabaseError) return error.code === 'CANNOT_OPEN' || error.code === 'TRANSACTION_ABORTED'
  return error instanceof Error && connectionCodes.has(String((error as { code?: unknown }).code))
}
