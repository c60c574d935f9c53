import { ApiError } from '../api/client.ts'

/** What a panel shows while it waits, or when its request failed. */
export function Waiting() {
  return <p className="py-6 text-13 text-muted">Loading …</p>
}

export function Failed({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <div role="alert" className="my-4 border-l-2 border-fail pl-3 text-13">
      <p className="font-semibold">{error.message}</p>
      {error instanceof ApiError && error.hint && <p className="text-muted">{error.hint}</p>}
      <button type="button" className="link mt-1" onClick={retry}>
        Try again
      </button>
    </div>
  )
}
