import type { TrackedCall } from '../tracked-call.ts'

const mostUnits = 10_000

/** Which variants each unit was given through a provider: an event of OpenFeature names no flag. */
export class SeenFlags {
  readonly #units = new Map<string, Map<string, string>>()

  saw(unit: unknown, flag: string, variant: string | null): void {
    if (typeof unit !== 'string' || variant === null) return
    const flags = this.#units.get(unit) ?? new Map<string, string>()
    flags.set(flag, variant)
    // Deleted and set again, it is the youngest: a Map keeps the order of insertion.
    this.#units.delete(unit)
    this.#units.set(unit, flags)
    if (this.#units.size > mostUnits) this.#units.delete(this.#units.keys().next().value as string)
  }

  /**
   * An event as calls to report: its name is the metric, its `value` the figure (1 without), and its other numbers are metrics
   * too. It belongs to `details.flag`, else to every flag that the unit has been given.
   */
  callsOf(event: string, unit: unknown, details: Readonly<Record<string, unknown>>): TrackedCall[] {
    const { value = 1, flag, ...more } = details
    const measured = { ...more, [event]: value } as Record<string, number>
    const seen = typeof unit === 'string' ? this.#units.get(unit) : undefined
    if (typeof flag === 'string') {
      const variant = seen?.get(flag)
      return [{ ...measured, flag, ...(variant === undefined ? {} : { variant }) }]
    }
    return [...(seen ?? [])].map(([key, variant]) => ({ ...measured, flag: key, variant }))
  }
}
