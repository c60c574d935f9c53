import { ApiError } from '../api/client.ts'

/** Holds a panel's place while it waits; unseen for the first 200 ms, so that a quick answer does not flicker. */
export function Waiting({ lines = 4 }: { lines?: number }) {
  return (
    <div role="status" className="waiting py-6">
      <span className="sr-only">Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="my-3 h-4 max-w-[720px] rounded-4 bg-sunken" />
      ))}
    </div>
  )
}

/** A panel whose request failed. */
export function Failed({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <div role="alert" className="my-4 border-l-2 border-fail pl-3 text-13 wrap-anywhere">
      <p className="font-semibold">{error.message}</p>
      <Hints error={error} />
      <button type="button" className="link mt-1" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

/** What went wrong with something a person did; what they typed stays. */
export function Refused({ error }: { error: Error | null }) {
  if (!error) return null
  return (
    <div role="alert" className="mt-2 text-13 text-fail wrap-anywhere">
      <p>{error.message}</p>
      <Hints error={error} />
    </div>
  )
}

function Hints({ error }: { error: Error }) {
  if (!(error instanceof ApiError)) return null
  return (
    <div className="text-muted">
      {error.errors.slice(0, 5).map(({ pointer, message }) => (
        <p key={pointer + message}>
          <code>{pointer}</code> {message}
        </p>
      ))}
      {error.hint && <p>{error.hint}</p>}
      {error.requestId && error.status >= 500 && <p>Request {error.requestId}</p>}
    </div>
  )
}
