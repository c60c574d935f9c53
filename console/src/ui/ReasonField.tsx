const mostLetters = 500

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
        dir="auto"
        required={!optional}
        maxLength={mostLetters}
        value={reason}
        onChange={(event) => onChange(event.target.value)}
        className="field mt-1 block w-full font-normal"
      />
    </label>
  )
}
