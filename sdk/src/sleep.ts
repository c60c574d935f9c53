import type { Closing } from './closing.ts'
import { quietTimeout } from './quiet-timeout.ts'

/** Resolves after a time, or when the client closes. Never holds the process. */
export async function sleep(ms: number, closing: Closing): Promise<void> {
  if (closing.isClosed) return
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      closing.delete(wake)
      resolve()
    }
    const timer = quietTimeout(wake, ms)
    closing.add(wake)
  })
}
