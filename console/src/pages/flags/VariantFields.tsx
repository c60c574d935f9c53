import { type Control, useFieldArray, type UseFormRegister } from 'react-hook-form'
import { Button } from '../../ui/Button.tsx'
import { pointerPart, useFault } from '../../ui/faults.ts'
import type { FlagValues } from './flag-form.ts'

/** The variants and what they stand for. */
export function VariantFields({
  control,
  register,
  names,
}: {
  control: Control<FlagValues>
  register: UseFormRegister<FlagValues>
  /** As typed so far. */
  names: readonly string[]
}) {
  const rows = useFieldArray({ control, name: 'variants' })
  const fault = useFault()
  return (
    <>
      <ul className="space-y-2">
        {rows.fields.map(({ id }, i) => {
          const wrong = fault(`/variants/${pointerPart(names[i] ?? '')}`)
          return (
            <li key={id}>
              <div className="flex flex-wrap items-start gap-2">
                <input
                  aria-label={`Name of variant ${i + 1}`}
                  placeholder="name"
                  autoComplete="off"
                  className="field field-small min-w-0 flex-1 basis-28"
                  {...register(`variants.${i}.name`)}
                />
                <textarea
                  aria-label={`Value of variant ${i + 1}`}
                  aria-invalid={wrong !== undefined}
                  placeholder="true, 3, a text, or an object as JSON"
                  rows={1}
                  className="field field-small block min-w-0 flex-2 basis-48 font-mono"
                  {...register(`variants.${i}.value`)}
                />
                <Button aria-label={`Remove variant ${i + 1}`} onClick={() => rows.remove(i)}>
                  Remove
                </Button>
              </div>
              {wrong && <p className="mt-1 text-12 text-fail wrap-anywhere">{wrong}</p>}
            </li>
          )
        })}
      </ul>
      <Button className="mt-2" onClick={() => rows.append({ name: '', value: '' })}>
        Add a variant
      </Button>
    </>
  )
}
