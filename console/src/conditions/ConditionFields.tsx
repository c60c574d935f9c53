import { Button } from '../ui/Button.tsx'
import { type ConditionValues, emptyPart, type PartValues, pointerOfPart } from './condition-form.ts'
import { PartFields } from './PartFields.tsx'

/** Edits a condition: one part a block, joined by "all" or "any". */
export function ConditionFields({
  label,
  at,
  value,
  segments,
  onChange,
}: {
  /** What the condition is of, as in "Rule 1". */
  label: string
  /** Where it stands in what is sent. */
  at: string
  value: ConditionValues
  /** Those that a part may name. */
  segments: readonly string[]
  onChange: (value: ConditionValues) => void
}) {
  const { join, parts } = value
  const change = (index: number, part: PartValues): void => onChange({ ...value, parts: parts.with(index, part) })
  return (
    <div>
      {parts.length > 1 && (
        <label className="text-13">
          <span className="sr-only">{label}: </span>
          <select
            className="field field-small"
            value={join}
            onChange={(event) => onChange({ ...value, join: event.target.value as ConditionValues['join'] })}
          >
            <option value="all">All of these</option>
            <option value="any">Any of these</option>
          </select>
        </label>
      )}
      <ul className="space-y-2">
        {parts.map((part, index) => (
          // Parts have no name of their own, and none of their fields keeps state.
          <li key={index} className="mt-2">
            <PartFields
              label={`${label}, condition ${index + 1}`}
              at={pointerOfPart(at, value, index)}
              part={part}
              segments={segments}
              onChange={(next) => change(index, next)}
              onRemove={() => onChange({ ...value, parts: parts.toSpliced(index, 1) })}
            />
          </li>
        ))}
      </ul>
      <Button className="mt-2" onClick={() => onChange({ ...value, parts: [...parts, emptyPart] })}>
        Add a condition<span className="sr-only"> to {label}</span>
      </Button>
    </div>
  )
}
