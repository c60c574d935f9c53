/** What went wrong: a wrong option, a call that took too long, nothing that could be run, or a refusal by the server. */
export type SluiceErrorCode = 'INVALID_OPTION' | 'TIMEOUT' | 'NO_BRANCH' | 'REQUEST_FAILED'

/** The only error of this package's own making. Errors of your branches reach you unchanged. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError'
  readonly code: SluiceErrorCode

  constructor(code: SluiceErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
