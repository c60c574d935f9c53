/** Why somebody does it; kept in the log. */
export function ReasonField({
  reason,
  optional,
  onChange,
}: {
  reason: string
  optional: boolean
  onChange: (reason: string) => void
}) {
  return (
    <label className="mt-3 block text-13 font-semibold">
      Reason{optional ? ' (may follow later)' : ''}
      <textarea
        rows={2}
        maxLength={500}
        value={reason}
        onChange={(event) => onChange(event.target.value)}
        className="mt-1 block w-full rounded-4 border border-edge bg-bg p-2 text-14 font-normal"
      />
    </label>
  )
}
