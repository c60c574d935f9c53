import { type Control, useFieldArray, type UseFormRegister } from 'react-hook-form'
import { Button } from '../../ui/Button.tsx'
import { useFault } from '../../ui/faults.ts'
import { emptyEntry, type FlagValues } from './flag-form.ts'

/** Units that get a variant, or `off`, whatever the rules say; each with its reason and until when. */
export function ListFields({
  list,
  control,
  register,
  variants,
  hidden,
}: {
  list: 'include' | 'exclude'
  control: Control<FlagValues>
  register: UseFormRegister<FlagValues>
  variants: readonly string[]
  /** How many there are besides, too many to show. */
  hidden: number
}) {
  const rows = useFieldArray({ control, name: list })
  const fault = useFault()
  const noun = list === 'include' ? 'Included' : 'Excluded'
  return (
    <>
      <ul className="space-y-2">
        {rows.fields.map(({ id }, i) => {
          const wrong = fault(`/${list}/${i}`)
          const input = (name: 'unit' | 'reason' | 'expires', says: string, size: string) => (
            <input
              aria-label={`${says} of ${noun.toLowerCase()} unit ${i + 1}`}
              aria-invalid={fault(`/${list}/${i}/${name}`) !== undefined}
              placeholder={name === 'expires' ? '2027-01-31T12:00:00Z' : says.toLowerCase()}
              autoComplete="off"
              className={`field field-small min-w-0 flex-1 ${size}`}
              {...register(`${list}.${i}.${name}`)}
            />
          )
          return (
            <li key={id}>
              <div className="flex flex-wrap items-start gap-2">
                {input('unit', 'Unit', 'basis-32')}
                {list === 'include' && (
                  <select
                    aria-label={`Variant of included unit ${i + 1}`}
                    className="field field-small"
                    {...register(`include.${i}.variant`)}
                  >
                    <option value="">Choose a variant</option>
                    {variants.map((name) => (
                      <option key={name}>{name}</option>
                    ))}
                  </select>
                )}
                {input('reason', 'Reason', 'basis-40')}
                {input('expires', 'Until', 'basis-40')}
                <Button aria-label={`Remove ${noun.toLowerCase()} unit ${i + 1}`} onClick={() => rows.remove(i)}>
                  Remove
                </Button>
              </div>
              {wrong && <p className="mt-1 text-12 text-fail wrap-anywhere">{wrong}</p>}
            </li>
          )
        })}
      </ul>
      {hidden > 0 && (
        <p className="mt-1 text-12 text-muted">
          {hidden} units are on the list; they stay, and change through the API or sluice.yaml.
        </p>
      )}
      <Button className="mt-2" onClick={() => rows.prepend(emptyEntry)}>
        {list === 'include' ? 'Include a unit' : 'Exclude a unit'}
      </Button>
    </>
  )
}
