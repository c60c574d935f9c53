/** What a receipt says of rows that were refused, as a line for the log; null: all were taken. */
export function refusedRows(receipt: string): string | null {
  try {
    const { rejected } = JSON.parse(receipt) as { rejected?: { pointer?: string; message?: string }[] }
    const first = rejected?.[0]
    if (!first) return null
    const row = `${first.pointer ?? ''}: ${first.message ?? ''}`
    return `the server refused ${rejected.length} observations; the first: ${row}`
  } catch {
    // The status has said that the batch arrived.
    return null
  }
}
