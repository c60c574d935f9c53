/**
 * The end of a client, for whatever runs until then. Not an AbortController: on Cloudflare's runtime one may not be made before a
 * request is there, and belongs to the request that made it.
 */
export class Closing extends Set<() => void> {
  isClosed = false

  /** Calls all that were added and have not been deleted. */
  close(): void {
    this.isClosed = true
    for (const end of this) end()
  }
}
