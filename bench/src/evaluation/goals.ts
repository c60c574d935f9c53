/** A promise with what was reached. */
export interface Goal {
  readonly id: string
  readonly what: string
  readonly value: number
  /** At most this. */
  readonly goal: number
  readonly unit: string
  readonly met: boolean
}

export const goal = (id: string, what: string, value: number, most: number, unit = 'x'): Goal => ({
  id,
  what,
  value,
  goal: most,
  unit,
  met: value <= most,
})

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

export function goalsText(goals: readonly Goal[]): string {
  const lines = goals.map(
    ({ id, what, value, goal: most, unit, met }) =>
      `${met ? 'met   ' : 'MISSED'}  ${id.padEnd(4)} ${what.padEnd(62)} ${`${digits(value)} ${unit}`.padStart(12)}  of at most ${digits(most)} ${unit}`,
  )
  return lines.join('\n')
}
