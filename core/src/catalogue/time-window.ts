import { isoWeekday, minuteOfDay } from './instant.ts'

const pattern = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/
const dayMinutes = 1440
const dayMs = 86_400_000

/** A daily window in UTC; `from` is in it, `to` is not. Equal ends: the whole day. */
export interface TimeWindow {
  readonly fromMinute: number
  readonly toMinute: number
  /** The days on which it begins; null: all. */
  readonly weekdays: readonly number[] | null
}

/** Reads "16:30-00:30"; null when it is no window. */
export function parseWindow(text: string | undefined, weekdays: readonly number[] | undefined): TimeWindow | null {
  if (text === undefined) return { fromMinute: 0, toMinute: 0, weekdays: weekdays ?? null }
  const match = pattern.exec(text)
  if (!match) return null
  const [, fromHour, fromMinute, toHour, toMinute] = match.map(Number) as [number, number, number, number, number]
  return { fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute, weekdays: weekdays ?? null }
}

/** Whether an instant lies in the window. */
export function isInWindow({ fromMinute, toMinute, weekdays }: TimeWindow, atMs: number): boolean {
  const minute = minuteOfDay(atMs)
  const isAfterMidnight = fromMinute > toMinute && minute < toMinute
  const isIn =
    fromMinute === toMinute ||
    (fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || isAfterMidnight)
  return isIn && (weekdays === null || weekdays.includes(isoWeekday(isAfterMidnight ? atMs - dayMs : atMs)))
}

/** Whether some minute of the week lies in both. */
export function windowsOverlap(a: TimeWindow, b: TimeWindow): boolean {
  const inA = minutesOf(a)
  return minutesOf(b).some(([from, to]) => inA.some(([start, end]) => from < end && start < to))
}

/** Its stretches within a week, in minutes from Monday 00:00; what goes over Sunday's end comes back at the start. */
function minutesOf({ fromMinute, toMinute, weekdays }: TimeWindow): [number, number][] {
  const length = (toMinute - fromMinute + dayMinutes) % dayMinutes || dayMinutes
  const week = 7 * dayMinutes
  return (weekdays ?? [1, 2, 3, 4, 5, 6, 7]).flatMap((day): [number, number][] => {
    const start = (day - 1) * dayMinutes + fromMinute
    const end = start + length
    return end <= week
      ? [[start, end]]
      : [
          [start, week],
          [0, end - week],
        ]
  })
}
